import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { Responses } from "../../protocol/wire/responses.ts";
import { granted, LockDisagrees } from "../link/lock-disagrees.ts";
import type { LockLink } from "../link/lock-link.ts";
import type { EventStore } from "../store/event-store.ts";
import type { LockRow, LockStore } from "../store/lock-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import { StoreError } from "../store/store-error.ts";
import { carrierOf } from "../transport/carrier.ts";
import { parseVia } from "../transport/via.ts";
import { type AcknowledgeParts, acknowledge } from "./acknowledge.ts";
import type { CarriedReceipts } from "./carried-receipts.ts";
import type { CarrierTurn, CarrierTurns } from "./carrier-turns.ts";
import { EventPull } from "./event-pull.ts";
import type { ForeignRosters } from "./foreign-rosters.ts";
import type { HeadDemands } from "./head-demands.ts";
import { LockReports } from "./lock-reports.ts";
import { RosterSync } from "./roster-sync.ts";
import { expectSameLog } from "./same-log.ts";
import type { SiteTime } from "./site-time.ts";
import type { Talk } from "./talk.ts";
import { type ClockReading, TimeSync } from "./time-sync.ts";
import type { TimeTokens } from "./time-tokens.ts";

/** No issuer comes so far, and a roster above the last epoch there is could not be written (protocol.md §1). */
const REPORTED_EPOCH_MAX = 2 ** 31;

export interface LockRoundParts {
  suite: Suite;
  clock: Clock;
  random: Random;
  locks: LockStore;
  events: EventStore;
  rosters: RosterStore;
  foreignRosters: ForeignRosters;
  siteTime: SiteTime;
  receiptSigner: AcknowledgeParts["receiptSigner"];
  carriedReceipts: Pick<CarriedReceipts, "get">;
  timeTokens: TimeTokens;
  headDemands: HeadDemands;
  turns: CarrierTurns;
  /** Without an uplink, what is durable here may be forgotten by the lock. */
  hasUplink: boolean;
  /** New events of this lock may be durable here. */
  eventsArrived: (lockId: string) => void;
}

/** How a round ended that met no trouble. */
export type RoundEnd = "in-step" | "no-roster" | "changed-elsewhere";

/** A roster that takes something away has become wanted: it goes before whatever the round is at. */
class Overtaken extends Error {}

/** `atMs` in wall time, when it was told. */
type Status = Responses["status"] & { atMs: number };

/** One round with one lock: asks it how it is, and closes the difference to what it shall be. */
export class LockRound {
  readonly roster: RosterSync;
  readonly reports: LockReports;
  readonly time: TimeSync;
  readonly #lockId: string;
  readonly #link: LockLink;
  readonly #parts: LockRoundParts;
  readonly #pull: EventPull;
  #takesAway = false;
  #isAway = false;

  constructor(lockId: string, link: LockLink, parts: LockRoundParts) {
    this.#lockId = lockId;
    this.#link = link;
    this.#parts = parts;
    this.#pull = new EventPull(parts);
    this.roster = new RosterSync(lockId, parts);
    this.reports = new LockReports(lockId, parts);
    this.time = new TimeSync(lockId, parts);
  }

  /** The lock was heard, or another roster is wanted. */
  look(): void {
    this.#isAway = false;
    this.#noticeRevocation();
  }

  /** The lock could not be reached: until something is heard of it, others need not give way to it. */
  missed(): void {
    this.#isAway = true;
  }

  #noticeRevocation(): void {
    try {
      const epoch = this.reports.last?.epoch;
      this.#takesAway = epoch !== undefined && this.#parts.rosters.takesAway(this.#lockId, epoch);
    } catch (error) {
      // Whoever tells of a change is not the one to hear of a failing disk; the round will.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  get #isUrgent(): boolean {
    return this.#takesAway && !this.#isAway;
  }

  /** Throws what went wrong with the lock, the world or the disk. */
  async go(): Promise<RoundEnd> {
    const lock = this.#parts.locks.get(this.#lockId);
    if (!lock) return "in-step";
    this.#noticeRevocation();
    const { name, together } = carrierOf(parseVia(lock.via));
    const turn = await this.#parts.turns.take(name, together, () => this.#isUrgent);
    try {
      return await this.#closeDifference(turn, lock);
    } finally {
      turn.end();
    }
  }

  async #closeDifference(turn: CarrierTurn, lock: LockRow): Promise<RoundEnd> {
    const talk: Talk = async (job) => {
      await turn.goOn();
      return this.#link.run("sync", job);
    };
    const lesserTalk: Talk = async (job) => {
      await turn.goOn();
      if (this.#isOvertaken()) throw new Overtaken();
      return this.#link.run("sync", job);
    };
    const { status: told, reading } = await this.#askStatus(talk, lock);
    let status = told;
    let end: RoundEnd = "in-step";
    const bringRoster = async () => {
      end = await this.#bringRoster(talk, status, (now) => {
        status = now;
      });
    };
    let isTimeKept = false;
    const keepTime = async () => {
      if (!isTimeKept) await this.time.keep(lesserTalk, lock, reading);
      isTimeKept = true;
    };
    let isLogKnown = false;
    const fetchEvents = async () => {
      if (!isLogKnown) expectSameLog(this.#parts.events.positionIn(this.#lockId, lock.generation), told);
      isLogKnown = true;
      await this.#pullAndAcknowledge(lesserTalk, lock, status.seq);
    };
    for (;;) {
      try {
        // A lock that refuses its roster must still get rid of its events, and the other way round.
        await inTurn(this.#isUrgent ? [bringRoster, keepTime, fetchEvents] : [keepTime, bringRoster, fetchEvents]);
        return end;
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
      }
    }
  }

  #isOvertaken(): boolean {
    return this.#isUrgent && this.#parts.rosters.wantedEpoch(this.#lockId) > this.roster.triedEpoch;
  }

  async #askStatus(talk: Talk, lock: LockRow): Promise<{ status: Status; reading: ClockReading }> {
    const { clock, foreignRosters } = this.#parts;
    let tookMs = 0;
    const told = await talk(async (session) => {
      const askedAtMs = clock.monotonicMs();
      const response = await session.command({ name: "status" });
      tookMs = clock.monotonicMs() - askedAtMs;
      return granted("to tell how it is", response);
    });
    if (told.epoch > REPORTED_EPOCH_MAX) throw new LockDisagrees(`the lock can not have roster ${told.epoch}`);
    const status = { ...told, atMs: clock.wallMs() };
    if (wasReplaced(lock, status)) await foreignRosters.report(this.#lockId, status);
    const isInStep = this.roster.isInStep(status);
    if (isInStep) this.roster.confirmed();
    await this.#note(status, isInStep);
    return { status, reading: { lockSeconds: status.time, flags: status.flags, tookMs, endedAtMs: status.atMs } };
  }

  async #note(status: Status, isInStep: boolean): Promise<void> {
    await this.reports.note(status, isInStep ? this.roster.wanted : undefined);
    this.look();
  }

  /** `tell` hears of what the lock is after each roster that it has taken. */
  async #bringRoster(talk: Talk, told: Status, tell: (status: Status) => void): Promise<RoundEnd> {
    const { foreignRosters } = this.#parts;
    const { wanted } = this.roster;
    if (this.roster.isInStep(told)) return "in-step";
    if (!wanted && told.epoch === 0) return "no-roster";
    // A store restored from a backup is behind the lock, which takes nothing that is not newer.
    const isForeign = (wanted?.epoch ?? 0) <= told.epoch;
    if (isForeign && (await foreignRosters.answer(this.#lockId, told)) === "stopped") return "changed-elsewhere";
    let status = told;
    await this.roster.bring(talk, told.epoch, async ({ epoch, rosterDigest }) => {
      // It has just logged that it took this one.
      status = { ...status, epoch, rosterDigest, seq: status.seq + 1 };
      tell(status);
      await this.#note(status, this.roster.isInStep(status));
    });
    return "in-step";
  }

  async #pullAndAcknowledge(talk: Talk, lock: LockRow, newestSeq: number): Promise<void> {
    try {
      await this.#pull.pull(talk, lock, newestSeq);
    } finally {
      this.#parts.eventsArrived(this.#lockId);
    }
    await acknowledge(talk, this.#parts, this.#lockId);
  }
}

/** Since it was last asked, the lock's table has become another under the same epoch: no roster of ours does that. */
function wasReplaced({ reported }: LockRow, { epoch, rosterDigest }: Status): boolean {
  return (
    reported !== undefined && epoch > 0 && epoch === reported.epoch && !equalBytes(rosterDigest, reported.rosterDigest)
  );
}

/** Runs all; those that a lock disagrees with do not keep the others from running. Then throws the first disagreement. */
async function inTurn(steps: (() => Promise<void>)[]): Promise<void> {
  let first: LockDisagrees | undefined;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof LockDisagrees)) throw error;
      first ??= error;
    }
  }
  if (first) throw first;
}
