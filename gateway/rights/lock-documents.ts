import type { IssuerStore } from "../store/issuer-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import { GRANTS_PER_LOCK_MAX } from "./lock-rights.ts";
import type { LockDocuments } from "./pack-bundles.ts";
import type { KnownReport } from "./report-book.ts";

export interface DocumentStores {
  rosters: RosterStore;
  store: IssuerStore;
}

/**
 * The newest roster of a lock for a gateway that is behind, with the grants that it lacks: the difference if it is known, everything
 * otherwise. Undefined if the gateway has it, or has said that it will not take it.
 */
export function documentsFor({ rosters, store }: DocumentStores, report: KnownReport): LockDocuments | undefined {
  const { lockId, generation, wantedEpoch, lacks } = report;
  const head = rosters.head(lockId);
  if (!head || head.generation !== generation || wantedEpoch >= head.epoch) return undefined;
  const mayRevoke = store.meantRevocation(lockId, head.epoch);
  if (isAnswered(report, head.epoch, mayRevoke !== undefined)) return undefined;
  const changes = wantedEpoch === 0 || lacks !== undefined ? undefined : rosters.changesSince(lockId, wantedEpoch);
  const roster = { document: head.document, ...(mayRevoke !== undefined && { mayRevoke }) };
  if (changes) {
    const put = changes.put.map(({ id }) => id);
    return {
      roster: { ...roster, grants: { kind: "difference", since: wantedEpoch, put, drop: changes.drop } },
      grants: documentsOf(rosters, lockId, put),
    };
  }
  const all = rosters.entries(lockId).map(({ id }) => id);
  const lacking = Array.isArray(lacks) ? all.filter((id) => lacks.includes(id)) : all;
  return { roster: { ...roster, grants: { kind: "all", all } }, grants: documentsOf(rosters, lockId, lacking) };
}

/** How many grants the newest roster takes away from a gateway that has `wantedEpoch`; at most as many as there can be. */
export function countRevoked(rosters: RosterStore, { lockId, wantedEpoch }: KnownReport): number {
  return rosters.changesSince(lockId, wantedEpoch)?.drop.length ?? GRANTS_PER_LOCK_MAX;
}

/** A roster that is held goes again once people have said here that it is meant. */
function isAnswered({ answered }: KnownReport, epoch: number, isMeant: boolean): boolean {
  if (answered?.epoch !== epoch) return false;
  return answered.outcome === "refused" || !isMeant;
}

function documentsOf(rosters: RosterStore, lockId: string, ids: readonly string[]): Map<string, Uint8Array> {
  const documents = new Map<string, Uint8Array>();
  for (const id of ids) {
    const document = rosters.grantDocument(lockId, id);
    if (document) documents.set(id, document);
  }
  return documents;
}
