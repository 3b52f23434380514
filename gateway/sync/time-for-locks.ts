import type { Clock } from "../../protocol/clock.ts";
import { Reader } from "../../protocol/wire/bytes.ts";
import type { EventStore } from "../store/event-store.ts";

/** This program was not there before, so a clock that says so has not been set. Seconds since 1970. */
const BUILT_AFTER = Date.UTC(2026, 0, 1) / 1_000;
/** `seq 4 | time 4` (protocol.md §9). */
const TIME_OFFSET = 4;

/**
 * The time to give to locks, in seconds since 1970, or 0 if the machine's clock can not be right: a Pi begins at some
 * old date until it has synchronised (system.md, Time). What a lock has signed bounds it from below.
 */
export function timeForLocks(clock: Clock, events: EventStore, lockId: string): number {
  const seconds = Math.floor(clock.wallMs() / 1_000);
  return seconds >= Math.max(BUILT_AFTER, newestRecordTime(events, lockId)) ? seconds : 0;
}

function newestRecordTime(events: EventStore, lockId: string): number {
  const position = events.position(lockId);
  const record = position && events.record(lockId, position.generation, position.seq);
  return record ? new Reader(record.subarray(TIME_OFFSET)).uint32() : 0;
}
