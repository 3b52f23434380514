import type { Clock } from "../../protocol/clock.ts";
import type { RosterClaims } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { HeldRoster } from "../api/services.ts";
import type { Database } from "../store/database.ts";
import type { HeldRosterStore } from "../store/held-roster-store.ts";
import type { RosterDifference, RosterHead } from "../store/roster-store.ts";
import type { DocumentCode, DocumentResult } from "./bundle.ts";
import { judgeRoster, type RosterJudgeParts } from "./judge-roster.ts";
import { rosterResultId, type VerifiedBundle } from "./verify-documents.ts";

/** For so long at a time rosters are put into the database: doors are opened meanwhile. */
const SLICE_MS = 20;

export interface RosterDeskParts extends RosterJudgeParts {
  clock: Clock;
  database: Database;
  held: HeldRosterStore;
  /** There is another roster to bring to this lock, or another reason why there is none. */
  changed: (lockId: string) => void;
  /** A roster has come that does not go to the lock: there is news of it for its issuer alone. */
  notTaken: (lockId: string) => void;
}

type VerifiedRosters = VerifiedBundle["rosters"];

/** Takes in rosters that the issuer has signed; of those that take away too much, people decide here. One call waits for the other. */
export class RosterDesk {
  readonly #parts: RosterDeskParts;
  readonly #refused = new Map<string, { code: DocumentCode; sentence: string }>();

  constructor(parts: RosterDeskParts) {
    this.#parts = parts;
  }

  /** Each by itself, in their order; what is accepted is on the disk. Rejects with StoreError. */
  async take(rosters: VerifiedRosters): Promise<DocumentResult[]> {
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

  held(lockId: string): HeldRoster | undefined {
    const row = this.#parts.held.get(lockId);
    return row && { epoch: row.epoch, revokes: row.revokes, of: row.grantsBefore, heldAtMs: row.atMs };
  }

  /** Undefined if none is held, or the lock was reset since. */
  async approveHeld(lockId: string): Promise<DocumentResult | undefined> {
    const { database, suite, held, locks, changed } = this.#parts;
    const row = held.get(lockId);
    if (!row) return undefined;
    const { put, drop } = held.difference(lockId);
    const difference = { put: put.map((grant) => ({ ...grant, hash: suite.sha256(grant.document) })), drop };
    const isCurrent = locks.get(lockId)?.generation === row.generation;
    await database.write(() => (isCurrent ? this.#want(row, difference) : held.remove(lockId)));
    changed(lockId);
    return isCurrent ? { kind: "roster", id: `${lockId}:${row.epoch}`, outcome: "accepted" } : undefined;
  }

  async discardHeld(lockId: string): Promise<HeldRoster | undefined> {
    const { database, held, changed } = this.#parts;
    const found = this.held(lockId);
    if (!found) return undefined;
    await database.write(() => held.remove(lockId));
    changed(lockId);
    return found;
  }

  /** Why this lock's last roster was not taken. */
  refused(lockId: string): { code: DocumentCode; sentence: string } | undefined {
    return this.#refused.get(lockId);
  }

  /** What a lock was to have before it was reset counts no more. */
  forgetEarlierGeneration(lockId: string): Promise<void> {
    const { database, rosters, locks } = this.#parts;
    return database.write(() => {
      const wanted = rosters.head(lockId);
      if (wanted && wanted.generation !== locks.get(lockId)?.generation) rosters.remove(lockId);
    });
  }

  #tell(claims: RosterClaims, { outcome }: DocumentResult): void {
    const lockId = toHex(claims.lockId);
    if (outcome === "accepted") this.#parts.changed(lockId);
    else if (outcome !== "duplicate") this.#parts.notTaken(lockId);
  }

  /** Inside `Database.write`: one at least. */
  #takeSome(rosters: VerifiedRosters): DocumentResult[] {
    const { clock } = this.#parts;
    const untilMs = clock.monotonicMs() + SLICE_MS;
    const results: DocumentResult[] = [];
    for (const roster of rosters) {
      results.push(this.#takeOne(roster));
      if (clock.monotonicMs() >= untilMs) break;
    }
    return results;
  }

  /** Inside `Database.write`. */
  #takeOne({ verified, bundled }: VerifiedRosters[number]): DocumentResult {
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
        // Anybody could make up locks, and the map is to have an end.
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
}
