import { type LogRecord, recordTypeName } from "../../protocol/log/record.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { LogStore } from "../firmware/storage/log-store.ts";

/** All records that the lock holds, oldest first, in words. */
export function logView(store: LogStore): object[] {
  return store
    .spans()
    .flatMap(({ generation, firstSeq, lastSeq }) =>
      Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) =>
        recordView(generation, store.record(generation, firstSeq + i)!),
      ),
    );
}

function recordView(generation: number, record: LogRecord): object {
  const { seq, time, type, slot, result, flags, n, ref, aux, h } = record;
  return {
    generation,
    seq,
    time,
    type,
    event: recordTypeName(type),
    slot,
    result,
    flags,
    n,
    ref: toHex(ref),
    aux: toHex(aux),
    h: toHex(h),
  };
}
