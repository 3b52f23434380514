import type { EventStore } from "../store/event-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import { toCloudEvent } from "../uplink/cloud-event.ts";
import { keyLine } from "./export-line.ts";

const ROWS_AT_ONCE = 500;

/**
 * Everything that is kept of all locks, or of one, as an export has it, as far as they may be seen: the locks' keys, then the events in the order in which
 * they became safe here, as a backend gets them. Text of several lines at a time, so that little stands in memory.
 */
export function* exportText(
  parts: { locks: LockStore; events: EventStore },
  lockId?: string,
  isSeen: (lockId: string) => boolean = () => true,
): Generator<string> {
  const locks = parts.locks
    .list()
    .filter((lock) => isSeen(lock.lockId) && (lockId === undefined || lock.lockId === lockId));
  const keys = locks.map((lock) => `${keyLine(lock.lockId, lock.sigPk)}\n`).join("");
  if (keys !== "") yield keys;
  for (let cursor = 0; ; ) {
    const rows =
      lockId === undefined
        ? parts.events.after(cursor, ROWS_AT_ONCE)
        : parts.events.afterForLock(lockId, cursor, ROWS_AT_ONCE);
    const last = rows.at(-1);
    if (!last) return;
    yield rows
      .filter((row) => isSeen(row.lockId))
      .map((row) => `${JSON.stringify(toCloudEvent(row))}\n`)
      .join("");
    cursor = last.cursor;
  }
}
