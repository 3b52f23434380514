import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { type Cbor, decodeCbor } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import type { Checked } from "../wire/reason.ts";
import { parseEnvelope } from "./cose-sign1.ts";
import {
  type Document,
  type DocumentType,
  documentBytes,
  parseDocument,
  signDocument,
  verifyDocument,
} from "./document.ts";
import { asArrayUpTo, asMapOfKeys, checkShape, mapOf, optional, present, requireShape } from "./shape.ts";

export const GRANT_BYTES_MAX = 640;
export const GRANT_ID_BYTES = 8;
const AUDIENCES_MAX = 16;
const WINDOWS_MAX = 16;
const MINUTES_MAX = 1440;

/** What a grant allows, as bits (protocol.md §7). */
export const Right = { unlock: 1, lock: 2, hold: 4, overridesPrivacy: 8, courier: 16, essential: 32 } as const;
const ALL_RIGHTS = 63;

export type Credential =
  | { readonly kind: "tag"; readonly uid: Uint8Array }
  | { readonly kind: "pin"; readonly verifier: Uint8Array }
  | { readonly kind: "key" };

/** As `Credential` is numbered on the wire and in `rule`. */
export type CredentialKind = 1 | 2 | 3;

/** Days: bits 0–6 Monday–Sunday, bit 7 holidays. From, to: minutes 0–1440 of site-local time, `to <= from` runs past midnight. */
export interface Window {
  readonly days: number;
  readonly from: number;
  readonly to: number;
}

/** The claims of a grant (protocol.md §7). Times are seconds since 1970 UTC; ids have 8 bytes. */
export interface GrantClaims {
  readonly subject: Uint8Array;
  /** 1–16 ids of locks or groups. */
  readonly audience: readonly Uint8Array[];
  /** Exclusive; absent only with right 32. */
  readonly expires?: number;
  /** Inclusive. */
  readonly notBefore?: number;
  readonly issuedAt: number;
  /** The cti, not zero. */
  readonly id: Uint8Array;
  /** Compressed point, 33 bytes; there if and only if a credential is "key". */
  readonly bearerKey?: Uint8Array;
  readonly credentials: readonly Credential[];
  /** How many different kinds of credential must be shown; absent = 1. */
  readonly rule?: CredentialKind;
  readonly windows?: readonly Window[];
  /** Bits of `Right`. */
  readonly rights: number;
  readonly uses?: number;
}

export type Grant = Document<GrantClaims>;

/** Keys of the claims map (RFC 8392 and the page's own). */
const Claim = {
  subject: 2,
  audience: 3,
  expires: 4,
  notBefore: 5,
  issuedAt: 6,
  id: 7,
  confirmation: 8,
  credentials: -65537,
  rule: -65538,
  windows: -65539,
  rights: -65540,
  uses: -65541,
} as const;

/** The one confirmation method that LK1 knows (RFC 8747 §3.1). */
const COSE_KEY = 1;
/** Labels of a COSE_Key on P-256 (RFC 9053 §7.1.1). */
const CoseKey = { type: 1, curve: -1, x: -2, y: -3 } as const;
const EC2 = 2;
const P256 = 1;

const GRANT: DocumentType<GrantClaims> = { domain: "LK1 grant", bytesMax: GRANT_BYTES_MAX, toCbor, fromCbor };

export function signGrant(suite: Suite, issuerKey: Secret, claims: GrantClaims): Uint8Array {
  return signDocument(GRANT, suite, issuerKey, claims);
}

/** How long the signed grant will be; at most `GRANT_BYTES_MAX` are good. */
export function grantBytes(suite: Suite, claims: GrantClaims): number {
  return documentBytes(GRANT, suite, claims);
}

export function parseGrant(suite: Suite, bytes: Uint8Array): Checked<Grant> {
  return parseDocument(GRANT, suite, bytes);
}

export function verifyGrant(suite: Suite, bytes: Uint8Array, issuerPk: Uint8Array): Checked<GrantClaims> {
  return verifyDocument(GRANT, suite, bytes, issuerPk);
}

/** The id alone, without looking at the other claims: for tables of grants that have been parsed once. */
export function grantId(bytes: Uint8Array): Checked<Uint8Array> {
  const envelope = parseEnvelope(bytes, GRANT_BYTES_MAX);
  if (!envelope.ok) return envelope;
  return checkShape(() => {
    const claims = asMapOfKeys(decodeCbor(envelope.value.payload), Object.values(Claim));
    return asGrantId(claims.get(Claim.id));
  });
}

export function kindOf(credential: Credential): CredentialKind {
  switch (credential.kind) {
    case "tag":
      return 1;
    case "pin":
      return 2;
    case "key":
      return 3;
  }
}

function toCbor(claims: GrantClaims, suite: Suite): Cbor {
  return mapOf([
    [Claim.subject, claims.subject],
    [Claim.audience, [...claims.audience]],
    [Claim.expires, claims.expires],
    [Claim.notBefore, claims.notBefore],
    [Claim.issuedAt, claims.issuedAt],
    [Claim.id, claims.id],
    [Claim.confirmation, claims.bearerKey && confirmationOf(claims.bearerKey, suite)],
    [Claim.credentials, claims.credentials.map(credentialToCbor)],
    [Claim.rule, claims.rule],
    [Claim.windows, claims.windows?.map(({ days, from, to }) => [days, from, to])],
    [Claim.rights, claims.rights],
    [Claim.uses, claims.uses],
  ]);
}

function credentialToCbor(credential: Credential): Cbor {
  switch (credential.kind) {
    case "tag":
      return [kindOf(credential), credential.uid];
    case "pin":
      return [kindOf(credential), credential.verifier];
    case "key":
      return [kindOf(credential)];
  }
}

function confirmationOf(bearerKey: Uint8Array, suite: Suite): Cbor {
  const point = suite.p256Coordinates(bearerKey);
  if (!point) throw new RangeError("a bearer key is a compressed point on P-256");
  const key = mapOf([
    [CoseKey.type, EC2],
    [CoseKey.curve, P256],
    [CoseKey.x, point.x],
    [CoseKey.y, point.y],
  ]);
  return mapOf([[COSE_KEY, key]]);
}

function fromCbor(payload: Cbor, suite: Suite): GrantClaims {
  const map = asMapOfKeys(payload, Object.values(Claim));
  const expires = optional(map.get(Claim.expires), asUint);
  const bearerKey = optional(map.get(Claim.confirmation), (value) => asBearerKey(value, suite));
  const credentials = asArray(map.get(Claim.credentials)).map(asCredential);
  const kinds = new Set(credentials.map(kindOf));
  const rule = optional(map.get(Claim.rule), asRule);
  const rights = asUint(map.get(Claim.rights), ALL_RIGHTS);
  const uses = optional(map.get(Claim.uses), asUint);

  requireShape(kinds.has(3) === (bearerKey !== undefined));
  // Of an empty array of credentials, too, a rule of 1 asks for more kinds than there are.
  requireShape((rule ?? 1) <= kinds.size);
  requireShape(expires !== undefined || (rights & Right.essential) !== 0);
  requireShape(uses !== 0);
  return present<GrantClaims>({
    subject: asBytes(map.get(Claim.subject), 8),
    audience: asAudience(map.get(Claim.audience)),
    expires,
    notBefore: optional(map.get(Claim.notBefore), asUint),
    issuedAt: asUint(map.get(Claim.issuedAt)),
    id: asGrantId(map.get(Claim.id)),
    bearerKey,
    credentials,
    rule,
    windows: optional(map.get(Claim.windows), asWindows),
    rights,
    uses,
  });
}

function asAudience(value: Cbor | undefined): Uint8Array[] {
  const ids = asArrayUpTo(value, AUDIENCES_MAX);
  requireShape(ids.length > 0);
  return ids.map((id) => asBytes(id, 8));
}

function asGrantId(value: Cbor | undefined): Uint8Array {
  const id = asBytes(value, GRANT_ID_BYTES);
  requireShape(id.some((byte) => byte !== 0));
  return id;
}

function asBearerKey(value: Cbor, suite: Suite): Uint8Array {
  const key = asMapOfKeys(asMapOfKeys(value, [COSE_KEY]).get(COSE_KEY), Object.values(CoseKey));
  requireShape(key.get(CoseKey.type) === EC2 && key.get(CoseKey.curve) === P256);
  const point = suite.p256FromCoordinates(asBytes(key.get(CoseKey.x), 32), asBytes(key.get(CoseKey.y), 32));
  requireShape(point !== undefined);
  return point;
}

function asCredential(value: Cbor): Credential {
  const [kind, proof, ...more] = asArray(value);
  requireShape(more.length === 0);
  if (kind === 1) return { kind: "tag", uid: asBytes(proof, 7) };
  if (kind === 2) return { kind: "pin", verifier: asBytes(proof, 8) };
  requireShape(kind === 3 && proof === undefined);
  return { kind: "key" };
}

function asRule(value: Cbor): CredentialKind {
  requireShape(value === 1 || value === 2 || value === 3);
  return value;
}

function asWindows(value: Cbor): Window[] {
  const windows = asArrayUpTo(value, WINDOWS_MAX);
  requireShape(windows.length > 0);
  return windows.map((window) => {
    const [days, from, to] = asArray(window, 3);
    return { days: asUint(days, 255), from: asUint(from, MINUTES_MAX), to: asUint(to, MINUTES_MAX) };
  });
}
