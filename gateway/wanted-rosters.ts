import type { Suite } from "../crypto/suite.ts";
import type { Clock } from "../protocol/clock.ts";
import { Right } from "../protocol/documents/grant.ts";
import { rosterDigest } from "../protocol/documents/roster.ts";
import { fromHex } from "../protocol/wire/bytes.ts";
import { RequestRefused } from "./api/services.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { Database } from "./store/database.ts";
import type { GrantRow, GrantStore } from "./store/grant-store.ts";
import type { LockStore } from "./store/lock-store.ts";
import type { RosterStore, WantedRoster } from "./store/roster-store.ts";

/** The grant that stands in every roster: "operator" in ASCII. Its key signs the orders of the API (system.md, standalone). */
export const OPERATOR_GRANT_ID = "6f70657261746f72";

/** What a lock's table holds, the operator's grant included. */
export const GRANTS_PER_LOCK_MAX = 1000;

/** A roster's denied list (protocol.md §7). */
const DENIED_MAX = 32;

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
  | { kind: "revoke"; grant: GrantRow; atMs: number };

/** Makes the roster that a lock shall have out of the grants that name it, and signs it. */
export class WantedRosters {
  readonly #parts: WantedRostersParts;
  /** Renewals run one after another: each builds on the epochs of the one before. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: WantedRostersParts) {
    this.#parts = parts;
  }

  /**
   * Signs a new roster, with the next epoch, for each lock, and stores them together with the change, all or nothing.
   * Used after pairing, by every change of grants, and when a lock holds an epoch that is not ours. Rejects with
   * RequestRefused if a lock is not paired, its table would be full, or the id of an added grant is taken.
   */
  renew(lockIds: readonly string[], change: GrantChange = { kind: "none" }): Promise<void> {
    const renewed = this.#last.then(() => this.#renew(lockIds, change));
    this.#last = renewed.catch(() => {});
    return renewed;
  }

  async #renew(lockIds: readonly string[], change: GrantChange): Promise<void> {
    const { database } = this.#parts;
    // Signing may take long, so it stands outside the transaction; what it was based on is compared inside.
    for (let stored = false; !stored; ) {
      const drafts = await Promise.all(lockIds.map((lockId) => this.#draft(lockId, change)));
      stored = await database.write(() => {
        if (!drafts.every(({ base }) => this.#stillHolds(base))) return false;
        this.#apply(change);
        for (const draft of drafts) this.#store(draft);
        return true;
      });
    }
  }

  async #draft(lockId: string, change: GrantChange): Promise<Draft> {
    const { grants, issuer, operatorPk, suite, clock } = this.#parts;
    const base = this.#base(lockId);
    const operatorGrant = grants.operatorGrant(lockId, operatorPk) ?? (await this.#signOperatorGrant(lockId));
    const documents = new Map([[OPERATOR_GRANT_ID, operatorGrant]]);
    for (const grant of grants.forLock(lockId)) documents.set(grant.id, grant.document);
    const revoked = new Map(grants.revokedForLock(lockId).map((grant) => [grant.id, grant]));
    switch (change.kind) {
      case "add":
        documents.set(change.grant.id, change.grant.document);
        break;
      case "revoke":
        documents.delete(change.grant.id);
        revoked.set(change.grant.id, change.grant);
        break;
      case "none":
        break;
      default:
        change satisfies never;
    }
    if (documents.size > GRANTS_PER_LOCK_MAX) {
      const sentence = `lock ${lockId} holds ${GRANTS_PER_LOCK_MAX - 1} grants already; revoke one first`;
      throw new RequestRefused("table-full", sentence, "locks");
    }
    const grantDocuments = [...documents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, document]) => document);
    const roster = {
      lockId,
      generation: base.generation,
      epoch: Math.max(base.wantedEpoch, base.reportedEpoch) + 1,
      grantDocuments,
    };
    const document = await issuer.signRoster({
      lockId: fromHex(lockId),
      generation: roster.generation,
      epoch: roster.epoch,
      issuedAt: Math.floor(clock.wallMs() / 1000),
      staleAfter: 0,
      count: grantDocuments.length,
      digest: rosterDigest(suite, grantDocuments),
      ...refusedAsCarried([...revoked.values()]),
      settings: {},
    });
    return { base, operatorGrant, roster: { ...roster, document } };
  }

  /** Essential: whoever runs the gateway can open a door whose lock has lost its clock. */
  #signOperatorGrant(lockId: string): Promise<Uint8Array> {
    const { issuer, operatorPk, clock } = this.#parts;
    return issuer.signGrant({
      subject: fromHex(OPERATOR_GRANT_ID),
      audience: [fromHex(lockId)],
      issuedAt: Math.floor(clock.wallMs() / 1000),
      id: fromHex(OPERATOR_GRANT_ID),
      bearerKey: operatorPk,
      credentials: [{ kind: "key" }],
      rights: Right.unlock | Right.lock | Right.hold | Right.essential,
    });
  }

  #base(lockId: string): Base {
    const { locks, rosters } = this.#parts;
    const lock = locks.get(lockId);
    if (!lock) throw new RequestRefused("unknown-lock", `no lock ${lockId} is paired here`);
    return {
      lockId,
      generation: lock.generation,
      wantedEpoch: rosters.wantedEpoch(lockId),
      // A database restored from a backup may be behind the lock.
      reportedEpoch: lock.reported?.epoch ?? 0,
    };
  }

  #stillHolds(base: Base): boolean {
    const { generation, wantedEpoch } = this.#base(base.lockId);
    return generation === base.generation && wantedEpoch === base.wantedEpoch;
  }

  #apply(change: GrantChange): void {
    const { grants } = this.#parts;
    switch (change.kind) {
      case "add":
        if (grants.get(change.grant.id)) {
          throw new RequestRefused("grant-exists", `a grant ${change.grant.id} exists already`, "id");
        }
        grants.insert(change.grant);
        return;
      case "revoke":
        grants.revoke(change.grant.id, change.atMs);
        return;
      case "none":
        return;
      default:
        change satisfies never;
    }
  }

  #store({ roster, operatorGrant }: Draft): void {
    this.#parts.rosters.replace(roster);
    this.#parts.grants.putOperatorGrant(roster.lockId, this.#parts.operatorPk, operatorGrant);
  }
}

/** What a draft was made from, and must still be so when it is stored. */
interface Base {
  lockId: string;
  generation: number;
  wantedEpoch: number;
  reportedEpoch: number;
}

interface Draft {
  base: Base;
  operatorGrant: Uint8Array;
  roster: WantedRoster;
}

/**
 * A revoked grant may still be carried to the door by its bearer: the newest are denied by name, all older ones by the
 * time of their making. The living need no exception, since they stand in the table.
 */
function refusedAsCarried(revoked: { id: string; issuedAt: number }[]): { denied: Uint8Array[]; carriedFrom: number } {
  const newestFirst = revoked.toSorted((a, b) => b.issuedAt - a.issuedAt);
  const [newestOther] = newestFirst.slice(DENIED_MAX);
  return {
    denied: newestFirst.slice(0, DENIED_MAX).map(({ id }) => fromHex(id)),
    carriedFrom: newestOther ? newestOther.issuedAt + 1 : 0,
  };
}
