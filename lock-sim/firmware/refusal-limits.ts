import { SLOT_COUNT } from "./cell-keys.ts";

const RECORDS_PER_MINUTE_MAX = 10;
const RECORDS_PER_DAY_MAX = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Refusals that get no record of their own are counted, and the count goes into the next record's aux. */
type RefusalRecord = { kind: "record"; unrecorded: number } | { kind: "counted" };

/** Whose refusals: a slot's, or those of everybody who is not a gateway. */
interface Source {
  /** When the records of the last day were made, oldest first: at most RECORDS_PER_DAY_MAX. */
  recordedAtMs: number[];
  unrecorded: number;
  strangerRecordedAtMs: number | undefined;
}

/**
 * How many refusals become records: per slot (FF included) 10 a minute and 100 a day, after that one an hour; of
 * strangers whose grant did not verify, one a minute (protocol.md §5, §9). So nobody can push the log's other records
 * out by asking.
 */
export class RefusalLimits {
  readonly #sources: Source[] = Array.from({ length: SLOT_COUNT + 1 }, () => ({
    recordedAtMs: [],
    unrecorded: 0,
    strangerRecordedAtMs: undefined,
  }));

  /** `slot` may be NO_SLOT. */
  note(slot: number, isStranger: boolean, nowMs: number): RefusalRecord {
    const source = this.#sources[Math.min(slot, SLOT_COUNT)]!;
    if (!mayRecord(source, isStranger, nowMs)) {
      source.unrecorded++;
      return { kind: "counted" };
    }
    source.recordedAtMs = source.recordedAtMs.slice(-(RECORDS_PER_DAY_MAX - 1));
    source.recordedAtMs.push(nowMs);
    if (isStranger) source.strangerRecordedAtMs = nowMs;
    const { unrecorded } = source;
    source.unrecorded = 0;
    return { kind: "record", unrecorded };
  }
}

function mayRecord(source: Source, isStranger: boolean, nowMs: number): boolean {
  if (isStranger && recently(source.strangerRecordedAtMs, MINUTE_MS, nowMs)) return false;
  const { recordedAtMs } = source;
  const isMinuteFull = recently(recordedAtMs.at(-RECORDS_PER_MINUTE_MAX), MINUTE_MS, nowMs);
  const isDayFull = recently(recordedAtMs.at(-RECORDS_PER_DAY_MAX), DAY_MS, nowMs);
  if (!isMinuteFull && !isDayFull) return true;
  return !recently(recordedAtMs.at(-1), HOUR_MS, nowMs);
}

function recently(atMs: number | undefined, withinMs: number, nowMs: number): boolean {
  return atMs !== undefined && nowMs - atMs < withinMs;
}
