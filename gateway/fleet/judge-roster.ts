import { type RosterClaims, verifyRoster } from "../../protocol/documents/roster.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import type { LockRow, LockStore } from "../store/lock-store.ts";
import type { RosterDifference, RosterHead } from "../store/roster-store.ts";
import type { BundledRoster, DocumentCode } from "./bundle.ts";
import type { RevocationGuard } from "./revocation-guard.ts";
import { type RosterTableParts, rosterTable, type TableTrouble } from "./roster-table.ts";
import type { TrustedKeys } from "./trusted-keys.ts";

export interface RosterJudgeParts extends RosterTableParts {
  locks: LockStore;
  keys: TrustedKeys;
  guard: RevocationGuard;
}

export type RosterVerdict =
  | { kind: "duplicate" }
  | ({ kind: "refused" } & Omit<TableTrouble, "ok">)
  /** `unasked` grants go without anybody having said that so many may. */
  | { kind: "accepted"; roster: RosterHead; difference: RosterDifference; unasked: number }
  | { kind: "held"; roster: RosterHead; difference: RosterDifference; before: number; sentence: string };

/** What is to become of a roster that the issuer has signed, as things stand now. */
export function judgeRoster(parts: RosterJudgeParts, claims: RosterClaims, bundled: BundledRoster): RosterVerdict {
  const { rosters, locks, guard } = parts;
  const { document, grants, mayRevoke = 0 } = bundled;
  const { generation, epoch } = claims;
  const lockId = toHex(claims.lockId);
  const lock = locks.get(lockId);
  if (!lock) return refused("unknown-lock", `Lock ${lockId} is not paired here.`);
  const wanted = rosters.head(lockId);
  if (wanted && equalBytes(wanted.document, document)) return { kind: "duplicate" };
  const roster = { lockId, generation, epoch, document };
  const objection = whyOutOfPlace(lock, claims, wanted) ?? whyUnderWrongKey(parts, roster);
  if (objection) return objection;

  const table = rosterTable(parts, claims, grants);
  if (!table.ok) return { ...table, kind: "refused" };
  const { difference, before } = table;
  // A lock that was reset has lost its grants already.
  const revokes = before === 0 ? 0 : difference.drop.length;
  if (revokes <= mayRevoke) return { kind: "accepted", roster, difference, unasked: 0 };
  const sentence = guard.objection(revokes, before);
  if (sentence === undefined) return { kind: "accepted", roster, difference, unasked: revokes };
  return { kind: "held", roster, difference, before, sentence };
}

type RefusedRoster = Extract<RosterVerdict, { kind: "refused" }>;

function refused(code: DocumentCode, sentence: string): RefusedRoster {
  return { kind: "refused", code, sentence };
}

function whyOutOfPlace(lock: LockRow, claims: RosterClaims, wanted: RosterHead | undefined): RefusedRoster | undefined {
  const { generation, epoch, digest } = claims;
  if (generation !== lock.generation) {
    return refused(
      "other-generation",
      `The lock is in generation ${lock.generation}, the roster is for ${generation}.`,
    );
  }
  // Before the first roster of a generation a lock is at epoch 0.
  const wantedEpoch = wanted?.generation === generation ? wanted.epoch : 0;
  if (epoch === wantedEpoch && epoch > 0) {
    return refused("conflicting-roster", `Another roster ${epoch} is wanted already: two issuers may have one key.`);
  }
  if (epoch <= wantedEpoch) return refused("epoch-not-newer", `Roster ${wantedEpoch} is wanted already.`);
  const { reported } = lock;
  // What it reported before it was paired anew was of the generation before.
  if (!reported || reported.atMs < lock.pairedAtMs || reported.epoch < epoch) return undefined;
  if (reported.epoch > epoch) return refused("epoch-not-newer", `The lock has roster ${reported.epoch} already.`);
  if (equalBytes(reported.rosterDigest, digest)) return undefined;
  return refused("conflicting-roster", `The lock has another roster ${epoch}: two issuers may have one key.`);
}

/** The lock would not take it: it goes by another of the issuer's keys, and the roster does not bring it the new one. */
function whyUnderWrongKey(
  { suite, keys }: RosterJudgeParts,
  { lockId, document }: RosterHead,
): RefusedRoster | undefined {
  const anchor = keys.anchorOf(lockId);
  if (!anchor || verifyRoster(suite, document, anchor).ok) return undefined;
  return refused(
    "unknown-issuer-key",
    "The lock goes by another key of the issuer, and no key change leads to this one.",
  );
}
