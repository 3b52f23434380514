import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { parseRoster, type RosterClaims } from "../../protocol/documents/roster.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { Database } from "../store/database.ts";
import type { GrantDocument, RosterDifference, RosterHead, RosterStore } from "../store/roster-store.ts";
import type { SealedRow } from "../store/secret-store.ts";
import { type LockRights, type RightsStores, readLockRights } from "./lock-rights.ts";
import { OPERATOR_GRANT_ID, operatorClaims } from "./operator-grant.ts";
import { rosterClaims } from "./roster-claims.ts";
import type { StairSecrets } from "./stair-secrets.ts";

/** For so long at a time a change keeps the daemon from everything else. */
const SLICE_MS = 10;

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
   * Stores the change together with the new rosters that it makes, all or nothing. `change` runs more than once,
   * first to see what it would make. Rejects with what it throws, or with RequestRefused if a lock can not hold what it would have to.
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
      const drafts = await this.#draftAll(change);
      const isStored = await database.write(() => {
        if (!drafts.every(({ roster }) => this.#stillHolds(roster))) return false;
        change();
        for (const draft of drafts) this.#store(draft);
        return true;
      });
      if (isStored) return drafts.map(({ roster }) => roster.lockId);
    }
  }

  /** What the change would make, some locks at a time: a group may have hundreds, and doors are opened meanwhile. */
  async #draftAll(change: RightsChange): Promise<Draft[]> {
    const documents = new Map<string, GrantDocument>();
    const drafts = new Map<string, Draft>();
    for (;;) {
      const bases = await this.#parts.database.rehearse(() => {
        const left = [...new Set(change())].filter((lockId) => !drafts.has(lockId));
        return this.#someBases(left, documents);
      });
      if (bases.length === 0) return [...drafts.values()];
      for (const base of bases) drafts.set(base.rights.lock.lockId, await this.#draft(base));
    }
  }

  #someBases(lockIds: readonly string[], documents: Map<string, GrantDocument>): Base[] {
    const { clock } = this.#parts;
    const untilMs = clock.monotonicMs() + SLICE_MS;
    const bases: Base[] = [];
    for (const lockId of lockIds) {
      bases.push(this.#base(lockId, documents));
      if (clock.monotonicMs() >= untilMs) break;
    }
    return bases;
  }

  /** Inside `Database.rehearse`, after the change. */
  #base(lockId: string, documents: Map<string, GrantDocument>): Base {
    const { rosters, suite, grants, operatorPk } = this.#parts;
    const wanted = rosters.document(lockId);
    const before = wanted && parseRoster(suite, wanted);
    const rights = readLockRights(this.#parts, lockId);
    return {
      rights,
      grants: rights.grants.map(({ id }) => this.#document(id, documents)),
      before: before?.ok ? before.value.claims : undefined,
      operatorGrant: grants.operatorGrant(lockId, operatorPk),
    };
  }

  /** Many locks have the same grants: each is read and hashed once. */
  #document(id: string, documents: Map<string, GrantDocument>): GrantDocument {
    let known = documents.get(id);
    if (!known) {
      const document = this.#parts.grants.document(id);
      if (!document) throw new RangeError(`the living grant ${id} has no document`);
      known = this.#hashed(id, document);
      documents.set(id, known);
    }
    return known;
  }

  #hashed(id: string, document: Uint8Array): GrantDocument {
    return { id, hash: this.#parts.suite.sha256(document), document };
  }

  async #draft({ rights, grants, before, operatorGrant: known }: Base): Promise<Draft> {
    const { issuer, rosters, secrets, suite, clock, operatorPk, site } = this.#parts;
    const { lock, settings } = rights;
    const { lockId, generation } = lock;
    const now = Math.floor(clock.wallMs() / 1000);
    const operatorGrant = known ?? (await issuer.signGrant(operatorClaims(lockId, operatorPk, now)));
    const table = [...grants, this.#hashed(OPERATOR_GRANT_ID, operatorGrant)].sort((a, b) => (a.id < b.id ? -1 : 1));
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
        grantHashes: table.map(({ hash }) => hash),
        ...(sealed && { sealedSecrets: sealed.sealed }),
      }),
    );
    const difference = rosters.differenceTo(lockId, table);
    return { operatorGrant, roster: { lockId, generation, epoch, document }, difference, sealed };
  }

  /** Pairing may have gone on meanwhile; rights change here alone, one change after another. */
  #stillHolds({ lockId, generation }: RosterHead): boolean {
    return this.#parts.locks.get(lockId)?.generation === generation;
  }

  #store({ roster, difference, operatorGrant, sealed }: Draft): void {
    const { rosters, grants, secrets, operatorPk } = this.#parts;
    rosters.replace(roster, difference);
    grants.putOperatorGrant(roster.lockId, operatorPk, operatorGrant);
    if (sealed) secrets.keep(sealed);
  }
}

/** What a draft is made from. */
interface Base {
  rights: LockRights;
  /** Of the living, the operator's not among them. */
  grants: GrantDocument[];
  /** The roster that was wanted until now. */
  before: RosterClaims | undefined;
  operatorGrant: Uint8Array | undefined;
}

interface Draft {
  roster: RosterHead;
  difference: RosterDifference;
  operatorGrant: Uint8Array;
  sealed: SealedRow | undefined;
}
