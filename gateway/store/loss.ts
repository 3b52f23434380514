import { concat, Reader, uint8, uint32 } from "../../protocol/wire/bytes.ts";
import type { EventRow } from "./event-store.ts";

/** Why a record that was here is here no more: the store's quota, or it was delivered and its retention has ended. */
export type LossCause = "quota" | "retention";

const CODES: readonly LossCause[] = ["quota", "retention"];

/** The payload of a `lost` event. */
export function encodeLoss(toSeq: number, cause: LossCause): Uint8Array {
  return concat(uint32(toSeq), uint8(CODES.indexOf(cause)));
}

export function decodeLoss(payload: Uint8Array): { toSeq: number; cause: LossCause } {
  const reader = new Reader(payload);
  return { toSeq: reader.uint32(), cause: CODES[reader.uint8()] ?? "quota" };
}

/** The last record that an event speaks of. */
export function lastSeqOf({ kind, seq, payload }: Pick<EventRow, "kind" | "seq" | "payload">): number {
  switch (kind) {
    case "record":
    case "head":
    case "asked-head":
      return seq;
    case "gap":
      return new Reader(payload).uint32();
    case "lost":
      return decodeLoss(payload).toSeq;
  }
}
