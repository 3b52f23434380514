import type { Suite } from "../crypto/suite.ts";
import type { Clock } from "../protocol/clock.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { Database } from "./store/database.ts";
import type { GrantRow, GrantStore } from "./store/grant-store.ts";
import type { LockStore } from "./store/lock-store.ts";
import type { RosterStore } from "./store/roster-store.ts";

/** The grant that stands in every roster: "operator" in ASCII. Its key signs the orders of the API (system.md, standalone). */
export const OPERATOR_GRANT_ID = "6f70657261746f72";

export interface WantedRostersParts {
  database: Database;
  locks: LockStore;
  grants: GrantStore;
  rosters: RosterStore;
  issuer: Issuer;
  /** 33 bytes: the key that signs the orders of `POST …/actions`. */
  operatorPk: Uint8Array;
  suite: Suite;
  clock: Clock;
}

/** What changes together with the rosters that it touches. */
export type GrantChange =
  | { kind: "none" }
  | { kind: "add"; grant: Omit<GrantRow, "revokedAtMs"> }
  | { kind: "revoke"; id: string; atMs: number };

/** Makes the roster that a lock shall have out of the grants that name it, and signs it. */
export class WantedRosters {
  readonly #parts: WantedRostersParts;

  constructor(parts: WantedRostersParts) {
    this.#parts = parts;
  }

  /**
   * Signs a new roster, with the next epoch, for each lock, and stores them together with the change, all or nothing.
   * Used after pairing, by every change of grants, and when a lock holds an epoch that is not ours. Locks must be paired.
   */
  async renew(_lockIds: readonly string[], _change: GrantChange = { kind: "none" }): Promise<void> {}
}
