import { answerA1 as writeA2 } from "../../protocol/session/pass.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { type Answer, err, reply, silence } from "./answer.ts";
import { caught } from "./caught.ts";
import { Challenge } from "./challenge.ts";
import { type Connection, startSession } from "./connections.ts";
import type { Parts } from "./parts.ts";

/** A1 → A2 (protocol.md §5), for anybody: the limit is the same for all strangers together. */
export function answerA1(parts: Parts, connection: Connection, a1: Uint8Array): Answer {
  const { hal, suite, identity, clock, openLimits } = parts;
  if (!openLimits.takeForStranger(hal.uptime.milliseconds())) return err(Err.busy, "tooOften");
  const challenge = new Challenge(hal.entropy, hal.uptime);
  const lock = { lockId: identity.label.lockId, sigKey: identity.sigKey };
  const greeting = { challenge: challenge.bytes, time: clock.now() };
  const answered = caught(() => writeA2(suite, hal.entropy, lock, a1, greeting));
  if (!answered.ok) return silence("badPoint");
  const { channel, a2 } = answered.value;
  startSession(connection, { kind: "pass", channel, challenge, isCourier: false, acceptedAtMs: undefined });
  return reply(a2);
}
