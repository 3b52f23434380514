import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { GrantClaims } from "../../protocol/documents/grant.ts";
import type { RosterClaims } from "../../protocol/documents/roster.ts";
import type { TimeToken } from "../../protocol/documents/time-token.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import type { FleetIssuer, FleetService, HeldRoster } from "../api/services.ts";
import type { Database } from "../store/database.ts";
import type { FleetStore } from "../store/fleet-store.ts";
import type { GrantShelf } from "../store/grant-shelf.ts";
import type { HeldRosterStore } from "../store/held-roster-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { RosterDifference, RosterHead, RosterStore } from "../store/roster-store.ts";
import type { Bundle, DocumentCode, DocumentResult } from "./bundle.ts";
import type { DocumentTally } from "./document-tally.ts";
import { judgeRoster } from "./judge-roster.ts";
import { refusal } from "./refusal.ts";
import type { RemoteTimeTokens, TimeWish } from "./remote-time-tokens.ts";
import type { RevocationGuard } from "./revocation-guard.ts";
import type { TrustedKeys } from "./trusted-keys.ts";
import { rosterResultId, type Verified, type VerifiedBundle, verifyDocuments } from "./verify-documents.ts";

/** For so long at a time rosters are put into the database: doors are opened meanwhile. */
const SLICE_MS = 20;

export interface FleetDeskParts {
  suite: Suite;
  clock: Clock;
  database: Database;
  store: FleetStore;
  keys: TrustedKeys;
  locks: LockStore;
  rosters: RosterStore;
  shelf: GrantShelf;
  held: HeldRosterStore;
  guard: RevocationGuard;
  timeTokens: RemoteTimeTokens;
  tally: DocumentTally;
  /** Something has come for this lock. */
  changed: (lockId: string) => void;
  /** Something has come that does not go to the lock: there is news of it for its issuer alone. */
  notTaken: (lockId: string) => void;
}

/**
 * Where an issuer's documents come in (docs/fleet.md). Each is judged by itself; what is good of a bundle is durable before
 * anybody is told so. The lock judges again: nothing here has to be believed by it.
 */
export class FleetDesk implements FleetService {
  readonly #parts: FleetDeskParts;
  readonly #refused = new Map<string, { code: DocumentCode; sentence: string }>();
  /** Bundles are judged one after another: each may build on the one before. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: FleetDeskParts) {
    this.#parts = parts;
  }

  take(bundle: Bundle): Promise<DocumentResult[]> {
    return this.#inTurn(async () => {
      const results = await this.#take(bundle);
      this.#parts.tally.add(results);
      return results;
    });
  }

  unreadable(trouble: string): DocumentResult[] {
    const { result } = refusal({ kind: "bundle" }, "", "malformed", `${trouble}.`);
    this.#parts.tally.add([result]);
    return [result];
  }

  held(lockId: string): HeldRoster | undefined {
    const row = this.#parts.held.get(lockId);
    return row && { epoch: row.epoch, revokes: row.revokes, of: row.grantsBefore, heldAtMs: row.atMs };
  }

  approveHeld(lockId: string): Promise<DocumentResult | undefined> {
    return this.#inTurn(async () => {
      const { database, suite, held, locks } = this.#parts;
      const row = held.get(lockId);
      if (!row) return undefined;
      const { put, drop } = held.difference(lockId);
      const difference = { put: put.map((grant) => ({ ...grant, hash: suite.sha256(grant.document) })), drop };
      const isCurrent = await database.write(() => {
        if (locks.get(lockId)?.generation === row.generation) {
          this.#want(row, difference);
          return true;
        }
        held.remove(lockId);
        return false;
      });
      if (!isCurrent) return undefined;
      this.#parts.changed(lockId);
      return { kind: "roster", id: `${lockId}:${row.epoch}`, outcome: "accepted" };
    });
  }

  discardHeld(lockId: string): Promise<HeldRoster | undefined> {
    return this.#inTurn(async () => {
      const found = this.held(lockId);
      if (found) await this.#parts.database.write(() => this.#parts.held.remove(lockId));
      return found;
    });
  }

  /** What a lock was to have before it was reset counts no more. */
  forgetEarlierGeneration(lockId: string): Promise<void> {
    const { database, rosters, locks } = this.#parts;
    return this.#inTurn(() =>
      database.write(() => {
        const wanted = rosters.head(lockId);
        if (wanted && wanted.generation !== locks.get(lockId)?.generation) rosters.remove(lockId);
      }),
    );
  }

  refused(lockId: string): { code: DocumentCode; sentence: string } | undefined {
    return this.#refused.get(lockId);
  }

  timeWish(lockId: string): TimeWish | undefined {
    return this.#parts.timeTokens.wish(lockId);
  }

  issuer(): FleetIssuer {
    const { store, keys } = this.#parts;
    const { gatewayId, issuerId } = store;
    return {
      gatewayId: toHex(gatewayId),
      ...(issuerId !== undefined && { issuerId }),
      publicKeys: keys.all.map(toHex),
    };
  }

  unpinIssuer(): Promise<void> {
    const { database, store } = this.#parts;
    return this.#inTurn(() => database.write(() => store.pinIssuer(undefined)));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #take(bundle: Bundle): Promise<DocumentResult[]> {
    const { issuerId } = bundle;
    const { database, store, keys } = this.#parts;
    if (store.issuerId !== undefined && store.issuerId !== issuerId) {
      const sentence = `This gateway listens to issuer ${store.issuerId}.`;
      return [refusal({ kind: "bundle" }, issuerId, "other-issuer", sentence).result];
    }
    await keys.forgetSpent();
    const verified = await verifyDocuments(this.#parts, bundle);
    // Who has signed nothing of it may be anybody.
    if (store.issuerId === undefined && isSigned(verified)) await database.write(() => store.pinIssuer(issuerId));
    return [
      ...(await this.#shelve(verified.grants)),
      ...(await this.#takeRosters(verified.rosters)),
      ...verified.timeTokens.map((token) => this.#takeTimeToken(token)),
    ];
  }

  #shelve(grants: VerifiedBundle["grants"]): Promise<DocumentResult[]> {
    if (grants.length === 0) return Promise.resolve([]);
    const { database, shelf, clock } = this.#parts;
    const nowMs = clock.wallMs();
    return database.write(() => {
      shelf.clearOut(nowMs);
      return grants.map((grant) => (grant.ok ? this.#shelveOne(grant.claims, grant.document, nowMs) : grant.result));
    });
  }

  #shelveOne(claims: GrantClaims, document: Uint8Array, nowMs: number): DocumentResult {
    const kind = "grant";
    const id = toHex(claims.id);
    switch (this.#parts.shelf.put(id, document, nowMs)) {
      case "put":
        return { kind, id, outcome: "accepted" };
      case "duplicate":
        return { kind, id, outcome: "duplicate" };
      case "full":
        return refusal({ kind }, id, "shelf-full", "Too many grants wait for rosters here.").result;
    }
  }

  async #takeRosters(rosters: VerifiedBundle["rosters"]): Promise<DocumentResult[]> {
    const results: DocumentResult[] = [];
    while (results.length < rosters.length) {
      const left = rosters.slice(results.length);
      const judged = await this.#parts.database.write(() => this.#takeSome(left));
      for (const [index, result] of judged.entries()) {
        const { verified } = left[index]!;
        if (verified.ok) this.#tell(verified.claims, result);
      }
      results.push(...judged);
    }
    return results;
  }

  /** Inside `Database.write`: one at least. */
  #takeSome(rosters: VerifiedBundle["rosters"]): DocumentResult[] {
    const { clock } = this.#parts;
    const untilMs = clock.monotonicMs() + SLICE_MS;
    const results: DocumentResult[] = [];
    for (const roster of rosters) {
      results.push(this.#takeRoster(roster));
      if (clock.monotonicMs() >= untilMs) break;
    }
    return results;
  }

  #tell(claims: RosterClaims, { outcome }: DocumentResult): void {
    const lockId = toHex(claims.lockId);
    if (outcome === "accepted") this.#parts.changed(lockId);
    else if (outcome !== "duplicate") this.#parts.notTaken(lockId);
  }

  /** Inside `Database.write`. */
  #takeRoster({ verified, bundled }: VerifiedBundle["rosters"][number]): DocumentResult {
    if (!verified.ok) return verified.result;
    const { guard, held, clock } = this.#parts;
    const { claims } = verified;
    const lockId = toHex(claims.lockId);
    const named = { kind: "roster", id: rosterResultId(claims) } as const;
    const verdict = judgeRoster(this.#parts, claims, bundled);
    if (verdict.kind !== "refused") this.#refused.delete(lockId);
    switch (verdict.kind) {
      case "duplicate":
        return { ...named, outcome: "duplicate" };
      case "accepted":
        this.#want(verdict.roster, verdict.difference);
        guard.note(verdict.unasked);
        return { ...named, outcome: "accepted" };
      case "held": {
        const { roster, difference, before, sentence } = verdict;
        const revokes = difference.drop.length;
        held.put({ ...roster, revokes, grantsBefore: before, atMs: clock.wallMs() }, difference);
        return { ...named, outcome: "held", code: "revokes-too-many", sentence };
      }
      case "refused": {
        const { code, sentence, missing } = verdict;
        if (code !== "unknown-lock") this.#refused.set(lockId, { code, sentence });
        return { ...named, outcome: "refused", code, sentence, ...(missing && { missing }) };
      }
    }
  }

  /** Inside `Database.write`. */
  #want(roster: RosterHead, difference: RosterDifference): void {
    const { rosters, held } = this.#parts;
    rosters.replace(roster, difference);
    // Whatever is held was to follow another one.
    held.remove(roster.lockId);
  }

  #takeTimeToken(token: Verified<TimeToken>): DocumentResult {
    if (!token.ok) return token.result;
    const { timeTokens, changed, locks } = this.#parts;
    const kind = "time-token";
    const lockId = toHex(token.claims.lockId);
    if (!locks.get(lockId))
      return refusal({ kind }, lockId, "unknown-lock", `Lock ${lockId} is not paired here.`).result;
    const wish = timeTokens.wish(lockId);
    if (!wish || !equalBytes(wish.challenge, token.claims.challenge)) {
      return refusal({ kind }, lockId, "stale-challenge", "The lock does not wait for the time over this challenge.")
        .result;
    }
    timeTokens.put(lockId, wish.challenge, token.document);
    changed(lockId);
    return { kind, id: lockId, outcome: "accepted" };
  }
}

function isSigned({ grants, rosters, timeTokens }: VerifiedBundle): boolean {
  return [...grants, ...rosters.map(({ verified }) => verified), ...timeTokens].some(({ ok }) => ok);
}
