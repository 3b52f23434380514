import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { CBOR_BYTES_MAX } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import type { Checked } from "../wire/reason.ts";
import { type Document, type DocumentType, parseDocument, signDocument, verifyDocument } from "./document.ts";

/** "The records up to this one are kept for good": nothing else lets a lock forget (protocol.md §7). */
export interface Receipt {
  readonly lockId: Uint8Array;
  readonly generation: number;
  readonly seq: number;
  /** h of record `seq`, 16 bytes. */
  readonly head: Uint8Array;
}

const RECEIPT: DocumentType<Receipt> = {
  domain: "LK1 receipt",
  bytesMax: CBOR_BYTES_MAX,
  toCbor: (receipt) => [receipt.lockId, receipt.generation, receipt.seq, receipt.head],
  fromCbor: (payload) => {
    const [lockId, generation, seq, head] = asArray(payload, 4);
    return {
      lockId: asBytes(lockId, 8),
      generation: asUint(generation),
      seq: asUint(seq),
      head: asBytes(head, 16),
    };
  },
};

export function signReceipt(suite: Suite, issuerKey: Secret, receipt: Receipt): Uint8Array {
  return signDocument(RECEIPT, suite, issuerKey, receipt);
}

export function parseReceipt(suite: Suite, bytes: Uint8Array): Checked<Document<Receipt>> {
  return parseDocument(RECEIPT, suite, bytes);
}

export function verifyReceipt(suite: Suite, bytes: Uint8Array, issuerPk: Uint8Array): Checked<Receipt> {
  return verifyDocument(RECEIPT, suite, bytes, issuerPk);
}
