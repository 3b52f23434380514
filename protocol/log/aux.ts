import { concat, Reader, uint32, uint64 } from "../wire/bytes.ts";

/** What the aux field of a record can say (protocol.md §9), with the types that say it. */
export type Aux =
  /** 1 boot. */
  | { readonly bootCount: number; readonly cause: number }
  /** 2 intent. */
  | { readonly grantId: Uint8Array }
  /** 18 time set; seconds since 1970 UTC. */
  | { readonly oldTime: number; readonly newTime: number }
  /** 6 refusals without a record since the last; 14 millivolt; 16 slot; 17 epoch; 19 version; 20 how many; 24 last seq. */
  | { readonly value: number };

/** Aux of a record that has nothing to say. */
export const NO_AUX = new Uint8Array(8);

/** 8 bytes, big-endian over all of them. */
export function auxOf(aux: Aux): Uint8Array {
  if ("bootCount" in aux) return concat(uint32(aux.bootCount), uint32(aux.cause));
  if ("grantId" in aux) return aux.grantId;
  if ("oldTime" in aux) return concat(uint32(aux.oldTime), uint32(aux.newTime));
  return uint64(BigInt(aux.value));
}

/** The two numbers in the aux of a boot (count, cause) or a time set (old, new); of a single value its high and low half. */
export function auxPair(aux: Uint8Array): [number, number] {
  const reader = new Reader(aux);
  return [reader.uint32(), reader.uint32()];
}
