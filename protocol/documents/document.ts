import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { type Cbor, decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { type Checked, Reason } from "../wire/reason.ts";
import { type Envelope, envelopeBytes, parseEnvelope, signEnvelope, verifyEnvelope } from "./cose-sign1.ts";
import { checkShape } from "./shape.ts";

/** One kind of signed document of protocol.md §7: its domain, its limit and the form of its claims. */
export interface DocumentType<Claims> {
  /** The external_aad, so that a signature over one kind is none over another. */
  readonly domain: string;
  /** Longest whole document, in bytes. */
  readonly bytesMax: number;
  toCbor(claims: Claims, suite: Suite): Cbor;
  /** Throws ProtocolError("malformed"). */
  fromCbor(payload: Cbor, suite: Suite): Claims;
}

/** A document whose shape is good; whether its signature is, `verifyDocument` says. */
export interface Document<Claims> extends Envelope {
  readonly claims: Claims;
}

/** Throws RangeError if the claims do not make a good document: those are our own. */
export function signDocument<Claims>(
  type: DocumentType<Claims>,
  suite: Suite,
  key: Secret,
  claims: Claims,
): Uint8Array {
  const document = signEnvelope(suite, key, type.domain, encodeCbor(type.toCbor(claims, suite)));
  if (!parseDocument(type, suite, document).ok) throw new RangeError(`claims that make no ${type.domain}`);
  return document;
}

/** How long the document of these claims will be, so that one that is too long is noticed before it is signed. */
export function documentBytes<Claims>(type: DocumentType<Claims>, suite: Suite, claims: Claims): number {
  return envelopeBytes(encodeCbor(type.toCbor(claims, suite)));
}

/** Length, strict CBOR, shape of envelope and claims; otherwise reason 1. */
export function parseDocument<Claims>(
  type: DocumentType<Claims>,
  suite: Suite,
  bytes: Uint8Array,
): Checked<Document<Claims>> {
  const envelope = parseEnvelope(bytes, type.bytesMax);
  if (!envelope.ok) return envelope;
  return checkShape(() => {
    const claims = type.fromCbor(decodeCbor(envelope.value.payload), suite);
    return { ...envelope.value, claims };
  });
}

/** The claims, if the shape (1), the key id (5) and the signature (4) are good: looked at in this order. */
export function verifyDocument<Claims>(
  type: DocumentType<Claims>,
  suite: Suite,
  bytes: Uint8Array,
  publicKey: Uint8Array,
): Checked<Claims> {
  const document = parseDocument(type, suite, bytes);
  if (!document.ok) return document;
  const reason = verifyEnvelope(suite, document.value, publicKey, type.domain);
  return reason === Reason.done ? { ok: true, value: document.value.claims } : { ok: false, reason };
}
