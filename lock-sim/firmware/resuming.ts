import { type ResumeAwaitingS2, readS1, resumeTag, writeS2 } from "../../protocol/session/resume.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { Err, type Message } from "../../protocol/wire/messages.ts";
import { type Checked, Reason } from "../../protocol/wire/reason.ts";
import { encodeRefusal, encodeResponse } from "../../protocol/wire/responses.ts";
import { type Answer, err, LATER, reply } from "./answer.ts";
import { caught } from "./caught.ts";
import { actResponse } from "./commands/act.ts";
import { type Ran, readCommand, runCommand } from "./commands/run.ts";
import { type Connection, endSession, startSession } from "./connections.ts";
import type { Recorded } from "./journal.ts";
import type { Parts } from "./parts.ts";
import { type Counter, isSameCounter } from "./slots.ts";

/** S1 → S2 (protocol.md §4). Whatever is wrong, the gateway falls back to OPEN. */
export function answerS1(
  parts: Parts,
  connection: Connection,
  { slot, n }: Extract<Message, { type: "S1" }>,
  s1: Uint8Array,
): Answer {
  const { slots, suite } = parts;
  const paired = slots.at(slot);
  if (!paired) return err(Err.noSuchSlot, "noSuchSlot");
  const rms = slots.resumeKey(slot);
  if (!rms) return err(Err.noSession, "noSession");
  const counter = { n, tag: resumeTag(suite, s1) };
  const isRepeat = isSameCounter(counter, paired.counter);
  if (n <= paired.counter.n && !isRepeat) return err(Err.noSession, "wrongCounter");
  const recorded = isRepeat ? parts.journal.recorded(slot, counter) : NOT_RECORDED;
  if (recorded.kind === "open") return err(Err.busy, "busy");
  const read = caught(() => readS1(suite, rms, s1));
  if (!read.ok) {
    endSession(connection);
    return err(Err.noSession, "wrongTag");
  }

  // A repeat proves nothing: anybody can send again what was heard.
  if (!isRepeat) connection.provenAtMs = parts.hal.uptime.milliseconds();
  const { state } = read.value;
  const command = readCommand(parts, read.value.command);
  const ran = isRepeat ? runAgain(parts, slot, recorded, command) : run(parts, slot, counter, command);
  if (ran !== "later") return resumeReply(parts, connection, { slot, state }, ran);
  endSession(connection);
  connection.waiting = { kind: "resume", slot, state, challenge: parts.challenges[slot]! };
  return LATER;
}

/** S2; from then on an ordinary session. */
export function resumeReply(
  parts: Parts,
  connection: Connection,
  { slot, state }: { slot: number; state: ResumeAwaitingS2 },
  response: Uint8Array,
): Answer {
  const { channel, s2 } = writeS2(parts.suite, parts.hal.entropy, state, response);
  startSession(connection, { kind: "slot", slot, channel });
  return reply(s2);
}

const NOT_RECORDED: Recorded = { kind: "unknown" };

/**
 * An ACT that was executed is never executed again: it is answered with the result in its DONE and the challenge of
 * now. Of anything else a repeat does no harm, since anybody can repeat what was heard: it writes no n, so that it wears no
 * flash out, and an old hint does not hold the clock back.
 */
function runAgain(parts: Parts, slot: number, recorded: Recorded, command: Checked<Command>): Ran {
  const challenge = parts.challenges[slot]!;
  if (recorded.kind === "done") return encodeResponse("act", actResponse(parts, recorded.outcome, challenge));
  const isHint = command.ok && command.value.name === "timeHint";
  return isHint ? encodeRefusal({ reason: Reason.timeUncertain }) : runCommand(parts, { slot, challenge }, command);
}

/** n lasts before anything is done under it: in the INTENT of an ACT that is executed, otherwise in the slot's cell. */
function run(parts: Parts, slot: number, counter: Counter, command: Checked<Command>): Ran {
  const { slots, challenges } = parts;
  const caller = { slot, challenge: challenges[slot]!, counter };
  const isAct = command.ok && command.value.name === "act";
  if (!isAct) {
    slots.countInCell(slot, counter);
    return runCommand(parts, caller, command);
  }
  const ran = runCommand(parts, caller, command);
  const isInLog = isSameCounter(counter, slots.at(slot)!.counter);
  if (!isInLog) slots.countInCell(slot, counter);
  return ran;
}
