import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { parseRoster, type RosterClaims } from "../../protocol/documents/roster.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { Database } from "../store/database.ts";
import type { RosterStore, WantedRoster } from "../store/roster-store.ts";
import type { SealedRow } from "../store/secret-store.ts";
import { type LockRights, type RightsStores, readLockRights } from "./lock-rights.ts";
import { OPERATOR_GRANT_ID, operatorClaims } from "./operator-grant.ts";
import { rosterClaims } from "./roster-claims.ts";
import type { StairSecrets } from "./stair-secrets.ts";

export interface WantedRostersParts extends RightsStores {
  database: Database;
  rosters: RosterStore;
  secrets: StairSecrets;
  issuer: Issuer;
  /** 33 bytes: the key that signs the orders of `POST …/actions`. */
  operatorPk: Uint8Array;
  suite: Suite;
  clock: Clock;
  /** People have changed what this lock shall have. */
  changed: (lockId: string) => void;
}

/** A change of rights: writes it, inside `Database.write`, and names the paired locks whose rosters it touches. */
export type RightsChange = () => readonly string[];

/** Makes the roster that a lock shall have out of all that has been decided about it, and signs it. */
export class WantedRosters {
  readonly #parts: WantedRostersParts;
  /** Renewals run one after another: each builds on the epochs of the one before. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: WantedRostersParts) {
    this.#parts = parts;
  }

  /**
   * Stores the change together with the new rosters that it makes, all or nothing. `change` runs twice, first to see what
   * it would make. Rejects with what it throws, or with RequestRefused if a lock can not hold what it would have to.
   */
  async change(change: RightsChange): Promise<void> {
    for (const lockId of await this.#inTurn(change)) this.#parts.changed(lockId);
  }

  /**
   * A new roster, with the next epoch, for each lock: after pairing, and when a lock holds an epoch that is not ours.
   * Rejects with RequestRefused if a lock is not paired.
   */
  async renew(lockIds: readonly string[]): Promise<void> {
    await this.#inTurn(() => lockIds);
  }

  #inTurn(change: RightsChange): Promise<string[]> {
    const renewed = this.#last.then(() => this.#renew(change));
    this.#last = renewed.catch(() => {});
    return renewed;
  }

  async #renew(change: RightsChange): Promise<string[]> {
    const { database } = this.#parts;
    // Signing may take long, so it stands outside the transaction; what it was based on is compared inside.
    for (;;) {
      const bases = await database.rehearse(() => [...new Set(change())].map((lockId) => this.#base(lockId)));
      const drafts = await Promise.all(bases.map((base) => this.#draft(base)));
      const isStored = await database.write(() => {
        if (!bases.every((base) => this.#stillHolds(base))) return false;
        change();
        for (const draft of drafts) this.#store(draft);
        return true;
      });
      if (isStored) return bases.map(({ rights }) => rights.lock.lockId);
    }
  }

  /** Inside `Database.rehearse`, after the change. */
  #base(lockId: string): Base {
    const { rosters, suite, grants, operatorPk } = this.#parts;
    const wanted = rosters.document(lockId);
    const before = wanted && parseRoster(suite, wanted);
    return {
      rights: readLockRights(this.#parts, lockId),
      before: before?.ok ? before.value.claims : undefined,
      operatorGrant: grants.operatorGrant(lockId, operatorPk),
    };
  }

  async #draft({ rights, before, operatorGrant: known }: Base): Promise<Draft> {
    const { issuer, secrets, suite, clock, operatorPk, site } = this.#parts;
    const { lock, settings } = rights;
    const now = Math.floor(clock.wallMs() / 1000);
    const operatorGrant = known ?? (await issuer.signGrant(operatorClaims(lock.lockId, operatorPk, now)));
    const documents = new Map(rights.grants.map(({ id, document }) => [id, document]));
    documents.set(OPERATOR_GRANT_ID, operatorGrant);
    const grantDocuments = [...documents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, document]) => document);
    // Where nobody has a tag or a PIN, a lock that is opened yields nothing.
    const needsSecrets = rights.grants.some(({ stair }) => stair !== undefined);
    const sealed = needsSecrets ? await secrets.sealedFor(lock, settings.stair) : undefined;
    // A database restored from a backup may be behind the lock.
    const epoch = Math.max(before?.epoch ?? 0, lock.reported?.epoch ?? 0) + 1;
    const document = await issuer.signRoster(
      rosterClaims(suite, rights, {
        epoch,
        // A machine that has lost the time is far back; that must not make a roster stale before the one it follows.
        issuedAt: Math.max(now, before?.issuedAt ?? 0),
        staleAfterDays: site.staleAfterDays,
        grantDocuments,
        ...(sealed && { sealedSecrets: sealed.sealed }),
      }),
    );
    const { lockId, generation } = lock;
    return { operatorGrant, roster: { lockId, generation, epoch, document, grantDocuments }, sealed };
  }

  /** Pairing may have gone on meanwhile; rights change here alone, one change after another. */
  #stillHolds({ rights: { lock } }: Base): boolean {
    return this.#parts.locks.get(lock.lockId)?.generation === lock.generation;
  }

  #store({ roster, operatorGrant, sealed }: Draft): void {
    const { rosters, grants, secrets, operatorPk } = this.#parts;
    rosters.replace(roster);
    grants.putOperatorGrant(roster.lockId, operatorPk, operatorGrant);
    if (sealed) secrets.keep(sealed);
  }
}

/** What a draft is made from. */
interface Base {
  rights: LockRights;
  /** The roster that was wanted until now. */
  before: RosterClaims | undefined;
  operatorGrant: Uint8Array | undefined;
}

interface Draft {
  roster: WantedRoster;
  operatorGrant: Uint8Array;
  sealed: SealedRow | undefined;
}
