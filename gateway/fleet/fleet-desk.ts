import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { GrantClaims } from "../../protocol/documents/grant.ts";
import type { TimeToken } from "../../protocol/documents/time-token.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import type { FleetIssuer, FleetService, HeldRoster } from "../api/services.ts";
import type { Database } from "../store/database.ts";
import type { FleetStore } from "../store/fleet-store.ts";
import type { GrantShelf } from "../store/grant-shelf.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { Bundle, DocumentCode, DocumentResult } from "./bundle.ts";
import type { DocumentTally } from "./document-tally.ts";
import { refusal } from "./refusal.ts";
import type { RemoteTimeTokens, TimeWish } from "./remote-time-tokens.ts";
import type { RosterDesk } from "./roster-desk.ts";
import type { TrustedKeys } from "./trusted-keys.ts";
import { type Verified, type VerifiedBundle, verifyDocuments } from "./verify-documents.ts";

export interface FleetDeskParts {
  suite: Suite;
  clock: Clock;
  database: Database;
  store: FleetStore;
  keys: TrustedKeys;
  locks: LockStore;
  shelf: GrantShelf;
  rosterDesk: RosterDesk;
  timeTokens: RemoteTimeTokens;
  tally: DocumentTally;
  /** A time token has come for this lock. */
  changed: (lockId: string) => void;
}

/**
 * Where an issuer's documents come in (docs/fleet.md). Each is judged by itself; what is good of a bundle is durable before
 * anybody is told so. The lock judges again: nothing here has to be believed by it.
 */
export class FleetDesk implements FleetService {
  readonly #parts: FleetDeskParts;
  /** Whatever changes something goes one after another: a bundle may build on the one before. */
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
    return this.#parts.rosterDesk.held(lockId);
  }

  approveHeld(lockId: string): Promise<DocumentResult | undefined> {
    return this.#inTurn(() => this.#parts.rosterDesk.approveHeld(lockId));
  }

  discardHeld(lockId: string): Promise<HeldRoster | undefined> {
    return this.#inTurn(() => this.#parts.rosterDesk.discardHeld(lockId));
  }

  refused(lockId: string): { code: DocumentCode; sentence: string } | undefined {
    return this.#parts.rosterDesk.refused(lockId);
  }

  /** What a lock was to have before it was reset counts no more. */
  forgetEarlierGeneration(lockId: string): Promise<void> {
    return this.#inTurn(() => this.#parts.rosterDesk.forgetEarlierGeneration(lockId));
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
    const { database, store, keys, rosterDesk } = this.#parts;
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
      ...(await rosterDesk.take(verified.rosters)),
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
