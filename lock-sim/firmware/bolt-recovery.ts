import { Action } from "../../protocol/documents/order.ts";
import { type LogRecord, RecordFlag, RecordType } from "../../protocol/log/record.ts";
import type { LogStore } from "./storage/log-store.ts";

/**
 * What the log says of the bolt, newest word first (protocol.md §9, last paragraph): held open, drawn for a time,
 * or neither. An INTENT to draw it counts even if its outcome is unknown: the bolt may have moved.
 */
export function lastWordOnBolt(store: LogStore): "held" | "relock" | "stay" {
  let lastDrawn: "relock" | "stay" | undefined;
  for (const { type, n, flags, result } of newestOfAll(store)) {
    if (type === RecordType.locked) break;
    if (type === RecordType.hold) return n === 0 ? "held" : (lastDrawn ?? "relock");
    if (type === RecordType.unlocked) lastDrawn ??= flags & RecordFlag.byHand ? "stay" : "relock";
    if (type === RecordType.intent && draws(result)) lastDrawn ??= "relock";
  }
  return lastDrawn ?? "stay";
}

function draws(action: number): boolean {
  return action === Action.unlock || action === Action.hold;
}

/** Of every generation that is here: a factory reset does not undo what the bolt did before it. */
function* newestOfAll(store: LogStore): Generator<LogRecord> {
  for (const { generation, firstSeq, lastSeq } of store.spans().reverse()) {
    for (let seq = lastSeq; seq >= firstSeq; seq--) yield store.record(generation, seq)!;
  }
}
