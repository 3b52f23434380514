/** Of each list. A gateway has fewer locks; an issuer with more grants sends them in several bundles. */
export const BUNDLE_ITEMS_MAX = 1_000;
/** In its JSON form. */
export const BUNDLE_BYTES_MAX = 1_024 * 1_024;

/** Signed documents on their way from an issuer to locks (docs/fleet.md). It is well formed; nothing of it has been believed yet. */
export interface Bundle {
  /** 16 hex digits: which issuer sends this. */
  issuerId: string;
  /** For the shelf: rosters name them. */
  grants?: readonly Uint8Array[];
  rosters?: readonly BundledRoster[];
  timeTokens?: readonly Uint8Array[];
}

export interface BundledRoster {
  document: Uint8Array;
  grants: RosterGrants;
  /** How many grants it may take away from its lock without anybody being asked. */
  mayRevoke?: number;
}

/** Which grants a roster counts, by cti in hex. */
export type RosterGrants =
  | { kind: "all"; all: readonly string[] }
  /** Against those of the roster that was wanted at epoch `since`. */
  | { kind: "difference"; since: number; put: readonly string[]; drop: readonly string[] };

export type DocumentKind = "bundle" | "grant" | "roster" | "time-token";

/** Why a document was refused, or a roster held. */
export const DOCUMENT_CODES = [
  "malformed",
  "too-large",
  "unknown-issuer-key",
  "bad-signature",
  "other-issuer",
  "unknown-lock",
  "other-generation",
  "epoch-not-newer",
  "conflicting-roster",
  "base-unknown",
  "grants-missing",
  "digest-mismatch",
  "table-full",
  "revokes-too-many",
  "stale-challenge",
  "shelf-full",
] as const;
export type DocumentCode = (typeof DOCUMENT_CODES)[number];

/** What became of one document. Nothing of a refused one is kept. */
export type DocumentResult = {
  kind: DocumentKind;
  /** `lockId:epoch` of a roster, cti of a grant, lockId of a time token, issuerId of a bundle; `""` if it could not be read. */
  id: string;
} & (
  | { outcome: "accepted" | "duplicate" }
  | { outcome: "held" | "refused"; code: DocumentCode; sentence: string; missing?: readonly string[] }
);
