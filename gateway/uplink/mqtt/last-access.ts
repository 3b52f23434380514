import { decodeRecord, RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { ProtocolError } from "../../../protocol/protocol-error.ts";
import type { EventStore, LogPosition } from "../../store/event-store.ts";

/** A lock that did so much else since then has not been unlocked for long. */
const LOOK_BACK_RECORDS_MAX = 500;

interface Looked {
  at: LogPosition;
  lastSeconds: number | undefined;
}

/** When each lock was last unlocked, out of its log; each record is looked at once. */
export class LastAccess {
  readonly #events: Pick<EventStore, "position" | "record">;
  readonly #looked = new Map<string, Looked>();

  constructor(events: Pick<EventStore, "position" | "record">) {
    this.#events = events;
  }

  /** In seconds since 1970, by the lock's clock where it was sure of it; undefined if there is none. */
  of(lockId: string): number | undefined {
    const at = this.#events.position(lockId);
    if (!at) return undefined;
    const before = this.#looked.get(lockId);
    const goesOn = before?.at.generation === at.generation;
    const fromSeq = Math.max(goesOn ? before.at.seq + 1 : 1, at.seq - LOOK_BACK_RECORDS_MAX + 1);
    const lastSeconds = this.#newest(lockId, at, fromSeq) ?? before?.lastSeconds;
    this.#looked.set(lockId, { at, lastSeconds });
    return lastSeconds;
  }

  #newest(lockId: string, { generation, seq: lastSeq }: LogPosition, fromSeq: number): number | undefined {
    for (let seq = lastSeq; seq >= fromSeq; seq--) {
      const bytes = this.#events.record(lockId, generation, seq);
      const seconds = bytes && unlockedAt(bytes);
      if (seconds !== undefined) return seconds;
    }
    return undefined;
  }
}

/** Undefined for other records: newer firmware may know types that we do not. */
function unlockedAt(bytes: Uint8Array): number | undefined {
  try {
    const { type, time, flags } = decodeRecord(bytes);
    return type === RecordType.unlocked && (flags & RecordFlag.timeUncertain) === 0 ? time : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
