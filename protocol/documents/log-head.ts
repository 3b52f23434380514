import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { CBOR_BYTES_MAX } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import type { Checked } from "../wire/reason.ts";
import { type Document, type DocumentType, parseDocument, signDocument, verifyDocument } from "./document.ts";

/** How far a lock's log reaches, signed by the lock (protocol.md §7). */
export interface LogHead {
  readonly lockId: Uint8Array;
  readonly generation: number;
  readonly seq: number;
  /** h of record `seq`, 16 bytes; h_0 if `seq` is 0. */
  readonly head: Uint8Array;
  /** Seconds since 1970 UTC, by the lock's clock. */
  readonly time: number;
  /** The asker's own, 16 bytes. */
  readonly nonce: Uint8Array;
}

const LOG_HEAD: DocumentType<LogHead> = {
  domain: "LK1 log",
  bytesMax: CBOR_BYTES_MAX,
  toCbor: (log) => [log.lockId, log.generation, log.seq, log.head, log.time, log.nonce],
  fromCbor: (payload) => {
    const [lockId, generation, seq, head, time, nonce] = asArray(payload, 6);
    return {
      lockId: asBytes(lockId, 8),
      generation: asUint(generation),
      seq: asUint(seq),
      head: asBytes(head, 16),
      time: asUint(time),
      nonce: asBytes(nonce, 16),
    };
  },
};

/** Signs with the lock's own `sig` key. */
export function signLogHead(suite: Suite, sigKey: Secret, log: LogHead): Uint8Array {
  return signDocument(LOG_HEAD, suite, sigKey, log);
}

export function parseLogHead(suite: Suite, bytes: Uint8Array): Checked<Document<LogHead>> {
  return parseDocument(LOG_HEAD, suite, bytes);
}

export function verifyLogHead(suite: Suite, bytes: Uint8Array, sigPk: Uint8Array): Checked<LogHead> {
  return verifyDocument(LOG_HEAD, suite, bytes, sigPk);
}
