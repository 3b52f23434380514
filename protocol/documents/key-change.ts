import type { Secret } from "../../crypto/secret.ts";
import { POINT_BYTES, type Suite } from "../../crypto/suite.ts";
import { CBOR_BYTES_MAX } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import type { Checked } from "../wire/reason.ts";
import { type Document, type DocumentType, parseDocument, signDocument, verifyDocument } from "./document.ts";
import { requireShape } from "./shape.ts";

/** The old issuer names the new one (protocol.md §7). */
export interface KeyChange {
  /** Compressed point, 33 bytes. */
  readonly newIssuerPk: Uint8Array;
  /** Seconds since 1970 UTC, inclusive. */
  readonly notBefore: number;
}

const KEY_CHANGE: DocumentType<KeyChange> = {
  domain: "LK1 issuer",
  bytesMax: CBOR_BYTES_MAX,
  toCbor: (change) => [change.newIssuerPk, change.notBefore],
  fromCbor: (payload, suite) => {
    const [point, notBefore] = asArray(payload, 2);
    const newIssuerPk = asBytes(point, POINT_BYTES);
    requireShape(suite.isP256PublicKey(newIssuerPk));
    return { newIssuerPk, notBefore: asUint(notBefore) };
  },
};

export function signKeyChange(suite: Suite, oldIssuerKey: Secret, change: KeyChange): Uint8Array {
  return signDocument(KEY_CHANGE, suite, oldIssuerKey, change);
}

export function parseKeyChange(suite: Suite, bytes: Uint8Array): Checked<Document<KeyChange>> {
  return parseDocument(KEY_CHANGE, suite, bytes);
}

export function verifyKeyChange(suite: Suite, bytes: Uint8Array, oldIssuerPk: Uint8Array): Checked<KeyChange> {
  return verifyDocument(KEY_CHANGE, suite, bytes, oldIssuerPk);
}
