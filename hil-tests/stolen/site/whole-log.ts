import { RECORD_BYTES } from "../../../protocol/log/record.ts";
import { Reader } from "../../../protocol/wire/bytes.ts";
import type { Door } from "./door.ts";

/** A record as it stands in a lock. */
interface TrueRecord {
  readonly generation: number;
  readonly seq: number;
  /** 48 bytes. */
  readonly bytes: Uint8Array;
}

/** All records that the lock still has, oldest first, read from its flash and not over any link. */
export function readWholeLog(door: Door): TrueRecord[] {
  const { store } = door.inside;
  return store.spans().flatMap(({ generation, firstSeq, lastSeq }) => {
    const { records } = store.read(generation, firstSeq, lastSeq - firstSeq + 1);
    return Array.from({ length: records.length / RECORD_BYTES }, (_, i) => {
      const bytes = records.slice(i * RECORD_BYTES, (i + 1) * RECORD_BYTES);
      return { generation, seq: new Reader(bytes).uint32(), bytes };
    });
  });
}
