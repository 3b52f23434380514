import { decodeRecord, RecordFlag } from "../../protocol/log/record.ts";
import type { EventStore } from "../store/event-store.ts";
import type { LockRow } from "../store/lock-store.ts";

/** By lock, the time of its newest durable record, where the lock was certain of it: a lower bound of now. Seconds since 1970. */
export function* recordTimes(
  locks: readonly LockRow[],
  events: EventStore,
): Generator<[lockId: string, seconds: number]> {
  for (const { lockId } of locks) {
    const position = events.position(lockId);
    const bytes = position && events.record(lockId, position.generation, position.seq);
    if (!bytes) continue;
    const { time, flags } = decodeRecord(bytes);
    if ((flags & RecordFlag.timeUncertain) === 0) yield [lockId, time];
  }
}
