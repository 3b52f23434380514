import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { CBOR_BYTES_MAX } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import type { Checked } from "../wire/reason.ts";
import { type Document, type DocumentType, parseDocument, signDocument, verifyDocument } from "./document.ts";

/** The issuer's word for what time it is; it spends the challenge (protocol.md §7). */
export interface TimeToken {
  readonly lockId: Uint8Array;
  /** The slot's or session's current one, 8 bytes. */
  readonly challenge: Uint8Array;
  /** Seconds since 1970 UTC. */
  readonly time: number;
}

const TIME_TOKEN: DocumentType<TimeToken> = {
  domain: "LK1 time",
  bytesMax: CBOR_BYTES_MAX,
  toCbor: (token) => [token.lockId, token.challenge, token.time],
  fromCbor: (payload) => {
    const [lockId, challenge, time] = asArray(payload, 3);
    return { lockId: asBytes(lockId, 8), challenge: asBytes(challenge, 8), time: asUint(time) };
  },
};

export function signTimeToken(suite: Suite, issuerKey: Secret, token: TimeToken): Uint8Array {
  return signDocument(TIME_TOKEN, suite, issuerKey, token);
}

export function parseTimeToken(suite: Suite, bytes: Uint8Array): Checked<Document<TimeToken>> {
  return parseDocument(TIME_TOKEN, suite, bytes);
}

export function verifyTimeToken(suite: Suite, bytes: Uint8Array, issuerPk: Uint8Array): Checked<TimeToken> {
  return verifyDocument(TIME_TOKEN, suite, bytes, issuerPk);
}
