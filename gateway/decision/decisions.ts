import type { Suite } from "../../crypto/suite.ts";
import { type Grant, parseGrant } from "../../protocol/documents/grant.ts";
import { parseRoster, type Roster } from "../../protocol/documents/roster.ts";
import { equalBytes, fromHex } from "../../protocol/wire/bytes.ts";
import type { Grants } from "../rights/grants.ts";
import type { EventStore } from "../store/event-store.ts";
import type { LockRow } from "../store/lock-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import type { Asked } from "./asked.ts";
import { type Decision, decideBeforehand } from "./decide-beforehand.ts";

export interface DecisionsParts {
  rosters: Pick<RosterStore, "document" | "entries" | "grantDocument">;
  grants: Pick<Grants, "get">;
  events: Pick<EventStore, "usesOf">;
  suite: Suite;
}

export interface TablePage {
  after: string;
  limit: number;
  isSeen: (grant: Grant) => boolean;
}

/** A decision, and for whom. */
export interface GrantDecision extends Decision {
  grant: Grant;
  /** As whoever gave it calls it; in the fleet no name comes this far. */
  name?: string;
}

/** Asks beforehand what locks will say, by the rosters that are wanted. */
export class Decisions {
  readonly #parts: DecisionsParts;

  constructor(parts: DecisionsParts) {
    this.#parts = parts;
  }

  /** The roster by which is judged; undefined before the first one. */
  roster(lockId: string): Roster | undefined {
    const document = this.#parts.rosters.document(lockId);
    if (!document) return undefined;
    const roster = parseRoster(this.#parts.suite, document);
    if (!roster.ok) throw new RangeError(`the stored roster of lock ${lockId} is no roster`);
    return roster.value;
  }

  /** Of one grant, with changes up to and including `until`; undefined for one that is not known here. */
  ofGrant(lock: LockRow, roster: Roster, grantId: string, asked: Asked, until: number): GrantDecision | undefined {
    const { rosters, grants, events } = this.#parts;
    const { lockId, generation } = lock;
    const inTable = rosters.grantDocument(lockId, grantId);
    const row = grants.get(grantId)?.row;
    const document = inTable ?? row?.document;
    if (!document) return undefined;
    const grant = this.#parse(grantId, document);
    const used = grant.claims.uses === undefined ? 0 : events.usesOf(lockId, generation, fromHex(grantId));
    const decision = decideBeforehand({ lockId: fromHex(lockId), roster, grant, inTable, used }, asked, until);
    return { ...decision, grant, ...(row?.name !== undefined && { name: row.name }) };
  }

  /** Of the grants in the table that may be seen, in order of id, those with an id above `after`; without what is to come. */
  ofTable(lock: LockRow, roster: Roster, asked: Asked, { after, limit, isSeen }: TablePage): GrantDecision[] {
    const decisions: GrantDecision[] = [];
    for (const { id } of this.#parts.rosters.entries(lock.lockId)) {
      if (decisions.length >= limit) break;
      const decision = id > after ? this.ofGrant(lock, roster, id, asked, asked.at) : undefined;
      if (decision && isSeen(decision.grant)) decisions.push(decision);
    }
    return decisions;
  }

  #parse(grantId: string, document: Uint8Array): Grant {
    const grant = parseGrant(this.#parts.suite, document);
    if (!grant.ok) throw new RangeError(`the stored grant ${grantId} is no grant`);
    return grant.value;
  }
}

/** Whether the lock has told us that it has this very roster. */
export function isInForce({ generation, reported }: LockRow, { claims }: Roster): boolean {
  const isSame = reported?.epoch === claims.epoch && equalBytes(reported.rosterDigest, claims.digest);
  return isSame && generation === claims.generation;
}
