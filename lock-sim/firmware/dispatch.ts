import { decodeMessage, Err, type Message } from "../../protocol/wire/messages.ts";
import { encodeResponse } from "../../protocol/wire/responses.ts";
import { type Answer, err, silence } from "./answer.ts";
import { caught } from "./caught.ts";
import { actResponse } from "./commands/act.ts";
import type { Connection } from "./connections.ts";
import type { Outcome } from "./journal.ts";
import { answerO1 } from "./opening.ts";
import { answerP1, answerP3 } from "./pairing.ts";
import type { Parts } from "./parts.ts";
import { answerA1 } from "./passing.ts";
import { answerS1, resumeReply } from "./resuming.ts";
import { answerC, sealReply } from "./secured.ts";
import { unreachable } from "./unreachable.ts";

/** One frame in, at most one frame out (protocol.md §10). */
export function takeFrame(parts: Parts, connection: Connection, frame: Uint8Array): void {
  const decoded = caught(() => decodeMessage(frame));
  if (!decoded.ok) {
    send(parts, connection, silence("malformed"));
    return;
  }
  connection.lastRequest = frame;
  connection.storedReply = undefined;
  send(parts, connection, answerMessage(parts, connection, decoded.value, frame));
}

/** One command is in flight at a time; the reply to this one waits for the bolt. */
export function refuseWhileWaiting(parts: Parts, connection: Connection): void {
  send(parts, connection, err(Err.busy, "busy"));
}

/** The bolt has got there: whoever waits for the outcome gets its reply now. */
export function takeOutcome(parts: Parts, outcome: Outcome): void {
  for (const connection of parts.connections.all()) {
    const { waiting } = connection;
    if (!waiting) continue;
    connection.waiting = undefined;
    const response = encodeResponse("act", actResponse(parts, outcome, waiting.challenge));
    const answer =
      waiting.kind === "command"
        ? sealReply(parts, connection, response)
        : resumeReply(parts, connection, waiting, response);
    send(parts, connection, answer);
  }
}

function send(parts: Parts, connection: Connection, answer: Answer): void {
  if ("refused" in answer) parts.diagnostics.count(answer.refused);
  if (answer.kind === "reply") connection.storedReply = answer.frame;
  endSessionsOfEmptySlots(parts);
  if ("frame" in answer) parts.hal.link.send(connection.id, answer.frame);
}

function answerMessage(parts: Parts, connection: Connection, message: Message, frame: Uint8Array): Answer {
  switch (message.type) {
    case "P1":
      return answerP1(parts, connection, frame);
    case "P3":
      return answerP3(parts, connection, frame);
    case "O1":
      return answerO1(parts, connection, message, frame);
    case "C":
      return answerC(parts, connection, frame);
    case "S1":
      return answerS1(parts, connection, message, frame);
    case "A1":
      return answerA1(parts, connection, frame);
    case "P2":
    case "P4":
    case "O2":
    case "R":
    case "S2":
    case "A2":
    case "ERR":
      // A lock's own words, reflected.
      return silence("malformed");
    default:
      return unreachable(message);
  }
}

/** A slot that UNPAIR emptied: its own gateway's answer is the last thing under its keys. */
function endSessionsOfEmptySlots({ connections, slots }: Parts): void {
  for (const { session } of connections.all()) {
    const isOrphan = (session.kind === "opened" || session.kind === "slot") && !slots.at(session.slot);
    if (isOrphan) connections.endSessionsOf(session.slot);
  }
}
