import { RecordType } from "./record.ts";

const TYPE_OFFSET = 8;

/** What somebody should hear of at once. */
const ALARMS: ReadonlySet<number> = new Set([
  RecordType.doorForced,
  RecordType.doorLeftOpen,
  RecordType.tamper,
  RecordType.jammed,
  RecordType.lockedOut,
  RecordType.factoryReset,
]);

/** How a lock fares, as against who came in: what is missed least. */
const TELEMETRY: ReadonlySet<number> = new Set([
  RecordType.boot,
  RecordType.doorOpened,
  RecordType.doorClosed,
  RecordType.battery,
  RecordType.rosterCommitted,
  RecordType.timeSet,
  RecordType.firmware,
]);

/** `record` is the 48 bytes (protocol.md §9). */
export function isAlarm(record: Uint8Array): boolean {
  return ALARMS.has(record[TYPE_OFFSET] ?? 0);
}

export function isTelemetry(record: Uint8Array): boolean {
  return TELEMETRY.has(record[TYPE_OFFSET] ?? 0);
}
