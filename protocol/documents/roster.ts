import type { Secret } from "../../crypto/secret.ts";
import { HASH_BYTES, type Suite } from "../../crypto/suite.ts";
import { compareBytes, equalBytes } from "../wire/bytes.ts";
import type { Cbor } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import { type Checked, Reason } from "../wire/reason.ts";
import { keyId } from "./cose-sign1.ts";
import {
  type Document,
  type DocumentType,
  documentBytes,
  parseDocument,
  signDocument,
  verifyDocument,
} from "./document.ts";
import { GRANT_ID_BYTES, grantId } from "./grant.ts";
import { type KeyChange, verifyKeyChange } from "./key-change.ts";
import { type Settings, settingsFromCbor, settingsToCbor } from "./settings.ts";
import { asArrayUpTo } from "./shape.ts";

export const ROSTER_BYTES_MAX = 990;
/** How many grants a roster can deny by name. */
export const DENIED_MAX = 32;

/** The whole wanted state of one lock (protocol.md §7). Times are seconds since 1970 UTC. */
export interface RosterClaims {
  readonly lockId: Uint8Array;
  readonly generation: number;
  readonly epoch: number;
  readonly issuedAt: number;
  /** From this moment on only essential grants work; 0 = never. */
  readonly staleAfter: number;
  /** How many grants the table holds. */
  readonly count: number;
  /** As `rosterDigest` makes it. */
  readonly digest: Uint8Array;
  /** Carried grants issued before this are refused. */
  readonly carriedFrom: number;
  /** Ids of at most 32 carried grants that are refused. */
  readonly denied: readonly Uint8Array[];
  readonly settings: Settings;
}

export type Roster = Document<RosterClaims>;

const ROSTER: DocumentType<RosterClaims> = {
  domain: "LK1 roster",
  bytesMax: ROSTER_BYTES_MAX,
  toCbor: (roster) => [
    roster.lockId,
    roster.generation,
    roster.epoch,
    roster.issuedAt,
    roster.staleAfter,
    roster.count,
    roster.digest,
    roster.carriedFrom,
    [...roster.denied],
    settingsToCbor(roster.settings),
  ],
  fromCbor: rosterFromCbor,
};

export function signRoster(suite: Suite, issuerKey: Secret, claims: RosterClaims): Uint8Array {
  return signDocument(ROSTER, suite, issuerKey, claims);
}

/** How long the signed roster will be; at most `ROSTER_BYTES_MAX` are good. */
export function rosterBytes(suite: Suite, claims: RosterClaims): number {
  return documentBytes(ROSTER, suite, claims);
}

export function parseRoster(suite: Suite, bytes: Uint8Array): Checked<Roster> {
  return parseDocument(ROSTER, suite, bytes);
}

export interface VerifiedRoster {
  readonly claims: RosterClaims;
  /** There if another key than the trust anchor signed: it becomes the anchor at COMMIT, its notBefore is still to be checked. */
  readonly keyChange?: KeyChange;
}

/**
 * Under the trust anchor's own key, or under one that a key change signed by the anchor names (protocol.md §7).
 * Refused: 1, 5, 4. Lock id, generation, epoch and notBefore are for the lock to check.
 */
export function verifyRoster(suite: Suite, bytes: Uint8Array, trustAnchor: Uint8Array): Checked<VerifiedRoster> {
  const roster = parseRoster(suite, bytes);
  if (!roster.ok) return roster;
  if (equalBytes(roster.value.kid, keyId(suite, trustAnchor))) {
    const claims = verifyDocument(ROSTER, suite, bytes, trustAnchor);
    return claims.ok ? { ok: true, value: { claims: claims.value } } : claims;
  }

  const document = roster.value.claims.settings.keyChange;
  if (!document) return { ok: false, reason: Reason.unknownKey };
  const keyChange = verifyKeyChange(suite, document, trustAnchor);
  if (!keyChange.ok) return keyChange;
  const claims = verifyDocument(ROSTER, suite, bytes, keyChange.value.newIssuerPk);
  return claims.ok ? { ok: true, value: { claims: claims.value, keyChange: keyChange.value } } : claims;
}

/** H(H(g1)|H(g2)|…) over whole grant documents in order of their ids, in whatever order they are given (protocol.md §7). */
export function rosterDigest(suite: Suite, grants: readonly Uint8Array[]): Uint8Array {
  const sorted = grants
    .map((document) => ({ id: idOf(document), document }))
    .sort((one, other) => compareBytes(one.id, other.id));
  return digestOfHashes(
    suite,
    sorted.map(({ document }) => suite.sha256(document)),
  );
}

/** The same from SHA-256 of each grant document, in order of their ids. */
export function digestOfHashes(suite: Suite, hashes: readonly Uint8Array[]): Uint8Array {
  return suite.sha256(...hashes);
}

function idOf(document: Uint8Array): Uint8Array {
  const id = grantId(document);
  if (!id.ok) throw new RangeError("a document that is no grant can not stand in a roster");
  return id.value;
}

function rosterFromCbor(payload: Cbor, suite: Suite): RosterClaims {
  const [lockId, generation, epoch, issuedAt, staleAfter, count, digest, carriedFrom, denied, settings] = asArray(
    payload,
    10,
  );
  return {
    lockId: asBytes(lockId, 8),
    generation: asUint(generation),
    epoch: asUint(epoch),
    issuedAt: asUint(issuedAt),
    staleAfter: asUint(staleAfter),
    count: asUint(count),
    digest: asBytes(digest, HASH_BYTES),
    carriedFrom: asUint(carriedFrom),
    denied: asArrayUpTo(denied, DENIED_MAX).map((id) => asBytes(id, GRANT_ID_BYTES)),
    settings: settingsFromCbor(settings, suite),
  };
}
