import type { Clock } from "../../protocol/clock.ts";
import { RequestRefused } from "../api/services.ts";
import type { GrantStore } from "../store/grant-store.ts";
import type { KeyedRequestStore } from "../store/keyed-request-store.ts";
import { type AudienceStores, pairedLocksOf } from "./audience.ts";
import type { Grants, IssuedGrant } from "./grants.ts";
import type { WantedRosters } from "./wanted-rosters.ts";

export interface SubjectsParts extends AudienceStores {
  grants: Grants;
  store: GrantStore;
  answers: KeyedRequestStore;
  rosters: WantedRosters;
  clock: Clock;
}

/** What is kept here about one person, by pseudonym: to be shown to them, and to be erased. */
export class Subjects {
  readonly #parts: SubjectsParts;

  constructor(parts: SubjectsParts) {
    this.#parts = parts;
  }

  /** All grants of this subject, revoked ones included, in order of id. */
  grantsOf(subject: string): IssuedGrant[] {
    const { grants, store } = this.#parts;
    return store.idsOf(subject).flatMap((id) => grants.get(id) ?? []);
  }

  /**
   * Erases names, credentials, documents and the pseudonym itself. What stays of each grant is its id, which locks go on
   * refusing until it would have ended, the places it was for, and when it was issued and revoked: nothing leads from there to a person any more.
   *
   * False if nothing is kept of this subject. Rejects with RequestRefused("subject-in-force") while a grant is in force.
   */
  async erase(subject: string): Promise<boolean> {
    const { store, answers, rosters, clock } = this.#parts;
    if (store.idsOf(subject).length === 0) return false;
    const nowMs = clock.wallMs();
    await rosters.change(() => {
      const grants = this.grantsOf(subject);
      const living = grants.find((grant) => isInForce(grant, nowMs));
      if (living) throw new RequestRefused("subject-in-force", `grant ${living.row.id} is in force: revoke it first`);
      for (const { row } of grants) store.erase(row.id, nowMs);
      answers.eraseMentions(subject);
      return grants.flatMap(({ row }) => pairedLocksOf(this.#parts, row));
    });
    return true;
  }
}

function isInForce({ row, claims }: IssuedGrant, nowMs: number): boolean {
  return row.revokedAtMs === undefined && (claims.expires === undefined || claims.expires * 1000 > nowMs);
}
