import { isO1Authentic, answerO1 as writeO2 } from "../../protocol/session/open.ts";
import { Err, type Message } from "../../protocol/wire/messages.ts";
import { type Answer, err, reply, silence } from "./answer.ts";
import { caught } from "./caught.ts";
import { type Connection, endSession, startSession } from "./connections.ts";
import type { Parts } from "./parts.ts";
import { stateFlags } from "./state-flags.ts";

/** O1 → O2 (protocol.md §3). The mac comes first: a stranger costs no point multiplication. */
export function answerO1(
  parts: Parts,
  connection: Connection,
  { slot }: Extract<Message, { type: "O1" }>,
  o1: Uint8Array,
): Answer {
  const { slots, suite, hal, openLimits } = parts;
  const paired = slots.at(slot);
  if (!paired) return err(Err.noSuchSlot, "noSuchSlot");
  if (!isO1Authentic(suite, paired.pmk, o1)) {
    endSession(connection);
    return silence("wrongMac");
  }
  if (!openLimits.takeForSlot(slot, connection.id, hal.uptime.milliseconds())) return err(Err.busy, "tooOften");
  const caps = {
    epoch: parts.roster.epoch,
    n: paired.counter.n,
    ...parts.log.position,
    time: parts.clock.now(),
    flags: stateFlags(parts),
    challenge: parts.challenges[slot]!.bytes,
  };
  const answered = caught(() => writeO2(suite, hal.entropy, paired.pmk, o1, caps));
  if (!answered.ok) return silence("badPoint");
  const { channel, rms, o2 } = answered.value;
  startSession(connection, { kind: "opened", slot, channel, rms });
  return reply(o2);
}
