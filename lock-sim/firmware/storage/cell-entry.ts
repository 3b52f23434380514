import { concat, Reader, uint16 } from "../../../protocol/wire/bytes.ts";
import { CHECKED_HEADER_BYTES, encodeChecked, readChecked } from "./checked-bytes.ts";
import { isErased } from "./flash-io.ts";

/** A new value for a key, or undefined to delete it. */
export type CellChanges = ReadonlyMap<number, Uint8Array | undefined>;

const CHANGE_HEADER_BYTES = 4;
/** Stands for the length of a value that is deleted. */
const DELETED = 0xffff;

interface CellEntry {
  readonly changes: CellChanges;
  /** What it takes up. */
  readonly bytes: number;
  /** False if a bit had to be set right: the entry should not stay as it is. */
  readonly isAsProgrammed: boolean;
}

/** An entry of changes, each `key 2 | length 2 | value`. */
export function encodeEntry(changes: CellChanges): Uint8Array {
  const parts = Array.from(changes, ([key, value]) =>
    value ? concat(uint16(key), uint16(value.length), value) : concat(uint16(key), uint16(DELETED)),
  );
  return encodeChecked(concat(...parts));
}

/** What the changes take up in an entry. */
export function bodyLength(changes: CellChanges): number {
  return Array.from(changes.values()).reduce((sum, value) => sum + CHANGE_HEADER_BYTES + (value?.length ?? 0), 0);
}

/** The entry that `bytes` begin with, a rotten bit set right; undefined if it is torn, or rotten beyond that. */
export function readEntry(bytes: Uint8Array): CellEntry | undefined {
  const checked = readChecked(bytes);
  return checked && { ...checked, changes: decodeChanges(checked.body) };
}

/**
 * Whether something lies behind the entry that `bytes` begin with. Nothing does where a write was torn: what it left
 * undone are ones, which only make the length greater.
 */
export function isFollowed(bytes: Uint8Array): boolean {
  const length = (bytes[0]! << 8) | (bytes[1] ?? 0xff);
  return !isErased(bytes.subarray(CHECKED_HEADER_BYTES + length));
}

function decodeChanges(body: Uint8Array): CellChanges {
  const reader = new Reader(body);
  const changes = new Map<number, Uint8Array | undefined>();
  while (reader.remaining > 0) {
    const key = reader.uint16();
    const length = reader.uint16();
    changes.set(key, length === DELETED ? undefined : reader.bytes(length));
  }
  return changes;
}
