import type { Suite } from "../../crypto/suite.ts";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { FleetService, SyncService, SyncStatus } from "../api/services.ts";
import type { HeardChallenge } from "../link/lock-word.ts";
import type { LockRow, LockStore } from "../store/lock-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import type { DocumentResult } from "./bundle.ts";

/**
 * How it stands with one lock, for whoever issues its rights elsewhere (docs/fleet.md): the JSON that goes up. Bytes are in
 * hex, times in RFC 3339. Nobody's name, credential or grant is in it.
 */
export interface LockReport {
  gatewayId: string;
  lockId: string;
  generation: number;
  model: string;
  hardware: number;
  firmware: number;
  sigPk: string;
  boxPk: string;
  state: SyncStatus["state"];
  reason: SyncStatus["reason"];
  sentence: string;
  /** The lock's own reason for refusing, as in `table-full`. */
  refusal?: string;
  /** How much of the roster on its way the lock has. */
  progress?: { done: number; of: number };
  /** Epoch 0: no roster has come yet. */
  wanted: RosterWord;
  /** What the lock said that it has; absent until it has said it. */
  reported?: RosterWord & { at: string };
  /** A roster that waits for a person: it takes away so many of the grants that the lock is to have. */
  held?: { epoch: number; revokes: number; of: number };
  /** Why the last roster for the lock was not taken. */
  refused?: { code: string; sentence: string };
  /** What an order or a time token has to be signed over, as last heard since the gateway's start. */
  challenge?: { slot: number; value: string; at: string };
  /** A time token over the challenge is wanted. */
  timeWanted?: true;
  /** How far the lock's clock is ahead of the gateway's, give or take; `uncertain`: the lock itself does not trust it. */
  clock?: { errorSeconds?: number; boundSeconds?: number; uncertain: boolean };
  /**
   * How long ago the lock confirmed that it has the roster that was wanted then: what was revoked since may still open it.
   * Absent until it has.
   */
  revocationAgeSeconds?: number;
  /** Seconds since 1970: from then on the roster that it confirmed lets only essential grants in; absent if that never comes. */
  staleAfter?: number;
  /** A roster that the lock had and that did not come from here. */
  foreignRoster?: RosterWord & { at: string };
}

/** What goes up in one message. */
export interface Reports {
  gatewayId: string;
  reports: readonly LockReport[];
  /** What has become of documents that came down since the last message. */
  results: readonly DocumentResult[];
}

interface RosterWord {
  epoch: number;
  digest?: string;
}

export interface LockReportParts {
  suite: Suite;
  gatewayId: string;
  locks: Pick<LockStore, "get" | "slot">;
  rosters: Pick<RosterStore, "document">;
  sync: SyncService;
  challenge: (lockId: string) => HeardChallenge | undefined;
  /** Absent where the gateway is its own issuer. */
  fleet: Pick<FleetService, "held" | "refused" | "timeWish"> | undefined;
}

/** Undefined for a lock that is not paired (any more). */
export function lockReport(parts: LockReportParts, lockId: string): LockReport | undefined {
  const { locks, fleet } = parts;
  const lock = locks.get(lockId);
  if (!lock) return undefined;
  const status = parts.sync.status(lockId);
  const { generation, model, hardware, firmware, reported } = lock;
  const challenge = currentChallenge(parts, lockId);
  const held = fleet?.held(lockId);
  const refused = fleet?.refused(lockId);
  return {
    gatewayId: parts.gatewayId,
    lockId,
    generation,
    model,
    hardware,
    firmware,
    sigPk: toHex(lock.sigPk),
    boxPk: toHex(lock.boxPk),
    ...stateWord(status),
    wanted: wantedRoster(parts, lockId),
    ...(reported && {
      reported: { epoch: reported.epoch, digest: toHex(reported.rosterDigest), at: timeText(reported.atMs) },
    }),
    ...(held && { held: { epoch: held.epoch, revokes: held.revokes, of: held.of } }),
    ...(refused && { refused }),
    ...(challenge && { challenge }),
    ...(isTimeWanted(parts, lockId) && { timeWanted: true }),
    ...clockWord(lock, status),
  };
}

/**
 * What of a report is news, as a text to compare: neither how long ago something was nor how a sentence puts it, which change
 * all the time.
 */
export function newsOf(report: LockReport): string {
  const { sentence: _, progress: __, revocationAgeSeconds: ___, reported, challenge, clock, ...steady } = report;
  return JSON.stringify([steady, reported?.epoch, reported?.digest, challenge?.value, clock?.uncertain]);
}

function stateWord(status: SyncStatus | undefined) {
  if (!status) {
    const sentence = "Not looked at since the start of the daemon.";
    return { state: "waiting", reason: "not-asked", sentence } as const;
  }
  const { state, reason, sentence, refusal, progress, revocationAgeSeconds, staleAfter, foreignRoster } = status;
  return {
    state,
    reason,
    sentence,
    ...(refusal !== undefined && { refusal }),
    ...(progress && { progress }),
    ...(revocationAgeSeconds !== undefined && { revocationAgeSeconds }),
    ...(staleAfter !== undefined && { staleAfter }),
    ...(foreignRoster && {
      foreignRoster: {
        epoch: foreignRoster.epoch,
        digest: toHex(foreignRoster.digest),
        at: timeText(foreignRoster.atMs),
      },
    }),
  };
}

function wantedRoster({ suite, rosters }: LockReportParts, lockId: string): RosterWord {
  const document = rosters.document(lockId);
  const roster = document && parseRoster(suite, document);
  if (!roster?.ok) return { epoch: 0 };
  const { epoch, digest } = roster.value.claims;
  return { epoch, digest: toHex(digest) };
}

function currentChallenge({ locks, challenge }: LockReportParts, lockId: string): LockReport["challenge"] {
  const heard = challenge(lockId);
  const slot = locks.slot(lockId)?.slot;
  return heard && slot !== undefined ? { slot, value: toHex(heard.value), at: timeText(heard.atMs) } : undefined;
}

/** What was wished over a challenge that has been spent since is wished anew at the next contact, if it still is. */
function isTimeWanted({ challenge, fleet }: LockReportParts, lockId: string): boolean {
  const heard = challenge(lockId);
  const wish = fleet?.timeWish(lockId);
  return heard !== undefined && wish !== undefined && equalBytes(heard.value, wish.challenge);
}

function clockWord({ reported }: LockRow, status: SyncStatus | undefined): Pick<LockReport, "clock"> {
  if (!reported) return {};
  const error = status?.clockError;
  return {
    clock: {
      ...(error && { errorSeconds: Math.round(error.seconds), boundSeconds: Math.ceil(error.boundSeconds) }),
      uncertain: (reported.flags & Flag.timeUncertain) !== 0,
    },
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
