import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { parseRoster, type RosterClaims } from "../../protocol/documents/roster.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { Database } from "../store/database.ts";
import type { KeyChangeStore } from "../store/key-change-store.ts";
import type { LockReportStore } from "../store/lock-report-store.ts";
import type { GrantDocument, RosterDifference, RosterHead, RosterStore } from "../store/roster-store.ts";
import type { SealedRow } from "../store/secret-store.ts";
import { type LockRights, type RightsStores, readLockRights } from "./lock-rights.ts";
import { OPERATOR_GRANT_ID, operatorClaims } from "./operator-grant.ts";
import { reissue } from "./reissue.ts";
import { rosterClaims } from "./roster-claims.ts";
import type { StairSecrets } from "./stair-secrets.ts";

/** For so long at a time a change keeps the daemon from everything else. */
const SLICE_MS = 10;

export interface WantedRostersParts extends RightsStores {
  database: Database;
  rosters: RosterStore;
  secrets: StairSecrets;
  issuer: Issuer;
  keyChanges: KeyChangeStore;
  /** Where the gateways are elsewhere: which epochs they have heard of. */
  reports: Pick<LockReportStore, "newestEpoch">;
  suite: Suite;
  clock: Clock;
  /** People have changed what this lock shall have. */
  changed: (lockId: string) => void;
}

/** A change of rights: writes it, inside `Database.write`, and names the paired locks whose rosters it touches. */
export type RightsChange = () => readonly string[];

/** A change that something has to go before, within its turn: what `prepare` does, `undo` takes back if nothing comes of it. */
export interface PreparedChange {
  prepare: () => Promise<RightsChange>;
  undo: () => void;
}

/** Makes the roster that a lock shall have out of all that has been decided about it, and signs it. */
export class WantedRosters {
  readonly #parts: WantedRostersParts;
  /** Renewals run one after another: each builds on the epochs of the one before. */
  #last: Promise<unknown> = Promise.resolve();
  /** As the rosters have it, so that a grant for two hundred locks costs no look at two hundred rosters. */
  readonly #carriedFrom = new Map<string, { epoch: number; carriedFrom: number }>();

  constructor(parts: WantedRostersParts) {
    this.#parts = parts;
  }

  /**
   * Stores the change together with the new rosters that it makes, all or nothing. `change` runs more than once,
   * first to see what it would make. Rejects with what it throws, or with RequestRefused if a lock can not hold what it would have to.
   */
  async change(change: RightsChange): Promise<void> {
    await this.changePrepared({ prepare: async () => change, undo: () => {} });
  }

  /** The same; nothing else is signed here while it goes on. */
  async changePrepared(change: PreparedChange): Promise<void> {
    for (const lockId of await this.#inTurn(change)) this.#parts.changed(lockId);
  }

  /**
   * A new roster, with the next epoch, for each lock: after pairing, and when a lock holds an epoch that is not ours.
   * Rejects with RequestRefused if a lock is not paired.
   */
  async renew(lockIds: readonly string[]): Promise<void> {
    await this.#inTurn({ prepare: async () => () => lockIds, undo: () => {} });
  }

  /** From when on a grant must have been issued to be carried to this lock, seconds since 1970. */
  carriedFrom(lockId: string): number {
    const epoch = this.#parts.rosters.wantedEpoch(lockId);
    let known = this.#carriedFrom.get(lockId);
    if (known?.epoch !== epoch) {
      known = { epoch, carriedFrom: this.#wantedClaims(lockId)?.carriedFrom ?? 0 };
      this.#carriedFrom.set(lockId, known);
    }
    return known.carriedFrom;
  }

  #inTurn({ prepare, undo }: PreparedChange): Promise<string[]> {
    const renewed = this.#last.then(async () => {
      try {
        return await this.#renew(await prepare());
      } catch (error) {
        undo();
        throw error;
      }
    });
    this.#last = renewed.catch(() => {});
    return renewed;
  }

  async #renew(change: RightsChange): Promise<string[]> {
    const { database, grants } = this.#parts;
    // Signing may take long, so it stands outside the transaction; what it was based on is compared inside.
    for (;;) {
      const drafts = await this.#draftAll(change);
      const reissues = await reissue(this.#parts, change, drafts);
      const isStored = await database.write(() => {
        if (!drafts.every(({ roster }) => this.#stillHolds(roster))) return false;
        change();
        for (const draft of drafts) this.#store(draft);
        for (const { id, document, issuedAt } of reissues) grants.reissue(id, document, issuedAt);
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
    const { grants, keyChanges, reports, operatorPk } = this.#parts;
    const now = this.#nowSeconds();
    const rights = readLockRights(this.#parts, lockId, now);
    return {
      rights,
      grants: rights.grants.map(({ id }) => this.#document(id, documents)),
      before: this.#wantedClaims(lockId),
      operatorGrant: operatorPk && grants.operatorGrant(lockId, operatorPk),
      keyChange: keyChanges.documentFor(lockId),
      heardEpoch: Math.max(rights.lock.reported?.epoch ?? 0, reports.newestEpoch(lockId)),
    };
  }

  #wantedClaims(lockId: string): RosterClaims | undefined {
    const { rosters, suite } = this.#parts;
    const wanted = rosters.document(lockId);
    const roster = wanted && parseRoster(suite, wanted);
    return roster?.ok ? roster.value.claims : undefined;
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

  async #draft(base: Base): Promise<Draft> {
    const { rights, grants, before, keyChange, heardEpoch } = base;
    const { issuer, rosters, secrets, suite, site } = this.#parts;
    const { lock, settings } = rights;
    const { lockId, generation } = lock;
    const now = this.#nowSeconds();
    const operatorGrant = await this.#operatorGrant(base, now);
    const table = operatorGrant
      ? [...grants, this.#hashed(OPERATOR_GRANT_ID, operatorGrant)].sort((a, b) => (a.id < b.id ? -1 : 1))
      : grants;
    // Where nobody has a tag or a PIN, a lock that is opened yields nothing.
    const needsSecrets = rights.grants.some(({ stair }) => stair !== undefined);
    const sealed = needsSecrets ? await secrets.sealedFor(lock, settings.stair) : undefined;
    const epoch = Math.max(before?.epoch ?? 0, heardEpoch) + 1;
    const claims = rosterClaims(suite, rights, {
      epoch,
      // A machine that has lost the time is far back; that must not make a roster stale before the one it follows.
      issuedAt: Math.max(now, before?.issuedAt ?? 0),
      staleAfterDays: site.staleAfterDays,
      grantHashes: table.map(({ hash }) => hash),
      ...(sealed && { sealedSecrets: sealed.sealed }),
      ...(keyChange && { keyChange }),
    });
    const document = await issuer.signRoster(claims);
    return {
      operatorGrant,
      roster: { lockId, generation, epoch, document },
      difference: rosters.differenceTo(lockId, table),
      sealed,
      carriedFrom: claims.carriedFrom,
    };
  }

  /** As it was signed before, if there is one; none where nobody acts over the API. */
  async #operatorGrant({ rights, operatorGrant }: Base, now: number): Promise<Uint8Array | undefined> {
    const { issuer, operatorPk } = this.#parts;
    if (!operatorPk) return undefined;
    return operatorGrant ?? issuer.signGrant(operatorClaims(rights.lock.lockId, operatorPk, now));
  }

  #nowSeconds(): number {
    return Math.floor(this.#parts.clock.wallMs() / 1000);
  }

  /** Pairing may have gone on meanwhile; rights change here alone, one change after another. */
  #stillHolds({ lockId, generation }: RosterHead): boolean {
    return this.#parts.locks.get(lockId)?.generation === generation;
  }

  #store({ roster, difference, operatorGrant, sealed }: Draft): void {
    const { rosters, grants, keyChanges, secrets, operatorPk } = this.#parts;
    rosters.replace(roster, difference);
    keyChanges.rosterSigned(roster);
    if (operatorPk && operatorGrant) grants.putOperatorGrant(roster.lockId, operatorPk, operatorGrant);
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
  keyChange: Uint8Array | undefined;
  /** A database restored from a backup may be behind the lock, and behind its gateways. */
  heardEpoch: number;
}

interface Draft {
  roster: RosterHead;
  difference: RosterDifference;
  operatorGrant: Uint8Array | undefined;
  sealed: SealedRow | undefined;
  /** What the roster says of carried grants. */
  carriedFrom: number;
}
