import type { Clock } from "../../protocol/clock.ts";
import type { Database } from "../store/database.ts";
import type { RevocationStore } from "../store/revocation-store.ts";

/** So few may go from a lock, or in an hour from all, whatever share of them it is. */
const GRANTS_UNASKED_MAX = 10;
const HOUR_MS = 3_600_000;

export interface RevocationGuardParts {
  clock: Clock;
  database: Database;
  revocations: RevocationStore;
  /** Of a lock's grants, and of those of all locks together within an hour, that rosters may take away unasked. */
  shareMaxPercent: number;
}

/** Keeps a backend that by mistake sends a smaller world from emptying the locks of a whole site. */
export class RevocationGuard {
  readonly #parts: RevocationGuardParts;

  constructor(parts: RevocationGuardParts) {
    this.#parts = parts;
  }

  /** Why a person has to be asked before a lock loses `revokes` of the `before` grants that it has, in a sentence; undefined if nobody has. */
  objection(revokes: number, before: number): string | undefined {
    const { clock, revocations, shareMaxPercent } = this.#parts;
    if (revokes === 0) return undefined;
    if (revokes > GRANTS_UNASKED_MAX && revokes * 100 > before * shareMaxPercent) {
      return `It takes away ${revokes} of the lock's ${before} grants.`;
    }
    const together = revocations.grantsSince(clock.wallMs() - HOUR_MS) + revokes;
    const all = this.#wantedGrants() + together - revokes;
    if (together > GRANTS_UNASKED_MAX && together * 100 > all * shareMaxPercent) {
      return `With it, ${together} of the ${all} grants of all locks would be gone within an hour.`;
    }
    return undefined;
  }

  /** Inside `Database.write`. */
  note(revokes: number): void {
    const nowMs = this.#parts.clock.wallMs();
    if (revokes > 0) this.#parts.revocations.add(revokes, nowMs, nowMs - HOUR_MS);
  }

  #wantedGrants(): number {
    const sql = "SELECT count(*) AS count FROM wanted_grant";
    return this.#parts.database.get<{ count: number }>(sql)?.count ?? 0;
  }
}
