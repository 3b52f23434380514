/**
 * Documents that an issuer elsewhere has signed, on their way down to locks (docs/fleet.md). They are well formed; nothing of
 * them has been believed yet. Absent lists are empty.
 */
export interface Bundle {
  /** 16 hex digits, drawn when the issuer was made: a gateway takes documents of one issuer alone. */
  issuerId: string;
  /** Whole signed documents; they come before, or with, the rosters that name them. */
  grants?: readonly Uint8Array[];
  rosters?: readonly BundledRoster[];
  timeTokens?: readonly Uint8Array[];
}

/** A signed roster and which grants it counts. */
export interface BundledRoster {
  document: Uint8Array;
  grants: RosterGrants;
  /** "It is meant to take away as many as so many grants." */
  mayRevoke?: number;
}

/** Ids in hex: all of them, or the difference against the roster with the epoch `since` that the same lock was to have before. */
export type RosterGrants =
  | { kind: "all"; all: readonly string[] }
  | { kind: "difference"; since: number; put: readonly string[]; drop: readonly string[] };

/** What has become of one document of a bundle, or of a bundle as a whole; goes up with the next report. */
export interface DocumentResult {
  kind: "roster" | "grant" | "time-token" | "bundle";
  /** `LOCKID:EPOCH` of a roster, the id of a grant, the lock's id of a time token, the issuer's of a bundle; "" if it can not be read. */
  id: string;
  outcome: "accepted" | "duplicate" | "held" | "refused";
  /** Why it is held or refused: docs/fleet.md has the list. */
  code?: string;
  sentence?: string;
  /** Ids of the grants that a roster names and that are not here; not more than so many. */
  missing?: readonly string[];
}

/** Of the lists of a bundle; a lock's table holds as many grants. */
export const BUNDLE_ITEMS_MAX = 1_000;
