import { NO_SLOT } from "../../protocol/log/record.ts";
import { openCommand, sealResponse } from "../../protocol/session/secure-channel.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { type Answer, err, LATER, reply } from "./answer.ts";
import { caught } from "./caught.ts";
import type { Caller } from "./commands/caller.ts";
import { readCommand, runCommand } from "./commands/run.ts";
import { type Connection, endSession, type Session } from "./connections.ts";
import type { Parts } from "./parts.ts";

type OpenSession = Exclude<Session, { kind: "none" }>;

/** C → R (protocol.md §3), in a slot's session or a bearer's. */
export function answerC(parts: Parts, connection: Connection, c: Uint8Array): Answer {
  const { session } = connection;
  if (session.kind === "none") return err(Err.noSession, "noSession");
  const opened = caught(() => openCommand(parts.suite, session.channel, c));
  if (!opened.ok) {
    endSession(connection);
    return err(Err.noSession, opened.code === "wrong-tag" ? "wrongTag" : "wrongCounter");
  }
  session.channel = opened.value.channel;
  if (session.kind !== "pass" || session.isCourier) connection.provenAtMs = parts.hal.uptime.milliseconds();
  const caller = callerOf(parts, prove(parts, connection, session));
  const ran = runCommand(parts, caller, readCommand(parts, opened.value.command));
  if (ran !== "later") return sealReply(parts, connection, ran);
  connection.waiting = { kind: "command", challenge: caller.challenge };
  return LATER;
}

/** R, in the session that its C came in. */
export function sealReply(parts: Parts, connection: Connection, response: Uint8Array): Answer {
  const session = connection.session as OpenSession;
  const { channel, message } = sealResponse(parts.suite, session.channel, response);
  session.channel = channel;
  return reply(message);
}

/** The first C that verifies proves the gateway: only now its RMS counts, and the slot is no longer pending. */
function prove(parts: Parts, connection: Connection, session: OpenSession): Exclude<OpenSession, { kind: "opened" }> {
  if (session.kind !== "opened") return session;
  const { slot, channel, rms } = session;
  parts.slots.prove(slot, rms);
  parts.openLimits.slotProven(slot, connection.id);
  const proven = { kind: "slot", slot, channel } as const;
  connection.session = proven;
  return proven;
}

function callerOf({ challenges }: Parts, session: Exclude<OpenSession, { kind: "opened" }>): Caller {
  if (session.kind === "pass") return { slot: NO_SLOT, challenge: session.challenge, bearer: session };
  return { slot: session.slot, challenge: challenges[session.slot]! };
}
