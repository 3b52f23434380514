import type { Suite } from "../../crypto/suite.ts";
import { keyId } from "../../protocol/documents/cose-sign1.ts";
import { parseRoster, verifyRoster } from "../../protocol/documents/roster.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { Database } from "../store/database.ts";
import type { FleetStore } from "../store/fleet-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { RosterStore } from "../store/roster-store.ts";

export interface TrustedKeysParts {
  suite: Suite;
  database: Database;
  store: FleetStore;
  locks: LockStore;
  rosters: RosterStore;
}

/**
 * The keys by which this gateway knows its issuer: the one that the configuration names, and those that came after it, each
 * named by the one before (key change, protocol.md §7). An old one counts until every lock has moved to the next.
 */
export class TrustedKeys {
  readonly #parts: TrustedKeysParts;

  constructor(parts: TrustedKeysParts) {
    this.#parts = parts;
  }

  /** Compressed points, oldest first. */
  get all(): Uint8Array[] {
    return this.#parts.store.issuerKeys();
  }

  /** What a lock gets that is paired now. */
  get newest(): Uint8Array {
    const newest = this.all.at(-1);
    if (!newest) throw new RangeError("the fleet has not been configured");
    return newest;
  }

  /** From now on also knows the key that this roster is signed with, if the newest one known names it. */
  async learnFrom(roster: Uint8Array): Promise<void> {
    const { suite, database, store } = this.#parts;
    const parsed = parseRoster(suite, roster);
    // Most carry none, and a signature is dear.
    if (!parsed.ok || !parsed.value.claims.settings.keyChange) return;
    const verified = verifyRoster(suite, roster, this.newest);
    const keyChange = verified.ok ? verified.value.keyChange : undefined;
    if (!keyChange || this.#indexOf(keyChange.newIssuerPk) >= 0) return;
    await database.write(() => store.addIssuerKey(keyChange.newIssuerPk));
  }

  /**
   * The key that a lock goes by, as far as it is known here: until it has confirmed a roster that brings it a new key, the one
   * before. Undefined without a roster of one of them: then it may be any.
   */
  anchorOf(lockId: string): Uint8Array | undefined {
    const { suite, rosters, locks } = this.#parts;
    const document = rosters.document(lockId);
    const roster = document && parseRoster(suite, document);
    if (!roster?.ok) return undefined;
    const { claims, kid } = roster.value;
    const keys = this.all;
    const signer = keys.findIndex((key) => equalBytes(keyId(suite, key), kid));
    if (signer < 0) return undefined;
    const reported = locks.get(lockId)?.reported;
    const hasMoved = !claims.settings.keyChange || (reported !== undefined && reported.epoch >= claims.epoch);
    return keys[hasMoved ? signer : Math.max(0, signer - 1)];
  }

  /** Forgets the keys that no lock goes by any more. */
  async forgetSpent(): Promise<void> {
    const { database, store, locks } = this.#parts;
    const keys = this.all;
    if (keys.length === 1) return;
    const inUse = locks.list().map(({ lockId }) => this.#indexOf(this.anchorOf(lockId)));
    const spent = keys.slice(0, Math.max(0, Math.min(...inUse, keys.length - 1)));
    if (spent.length === 0) return;
    await database.write(() => {
      for (const key of spent) store.forgetIssuerKey(key);
    });
  }

  /** -1 if it is not known. */
  #indexOf(publicKey: Uint8Array | undefined): number {
    return this.all.findIndex((key) => publicKey !== undefined && equalBytes(key, publicKey));
  }
}
