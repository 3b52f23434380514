import type { Clock } from "../../protocol/clock.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Flag, type Response } from "../../protocol/wire/responses.ts";
import { granted } from "../link/lock-disagrees.ts";
import type { LockSession } from "../link/lock-session.ts";
import type { LockRow } from "../store/lock-store.ts";
import type { SiteTime } from "./site-time.ts";
import type { Talk } from "./talk.ts";
import type { TimeTokens } from "./time-tokens.ts";

/** A clock that is off by less is left alone. */
const ERROR_SECONDS_MAX = 1;
/** How far a hint may move a clock: 2 s and 200 ppm of the time since it was set (protocol.md §7). */
const HINT_SECONDS = 2;
const HINT_PPM = 200;
/** Each token leaves a record in the lock's log: a clock that does not run is not set again and again. */
const TOKEN_EVERY_MS = 3_600_000;
/** A clock that counts whole seconds is half a second behind on average, by half a second more or less. */
const HALF_SECOND = 0.5;

/** How far a lock's clock is ahead of ours, give or take `boundSeconds`. */
export interface ClockError {
  seconds: number;
  boundSeconds: number;
}

/** A lock's clock as STATUS has told it; the exchange took `tookMs` and ended at `endedAtMs`, wall time. */
export interface ClockReading {
  lockSeconds: number;
  flags: number;
  tookMs: number;
  endedAtMs: number;
}

export interface TimeSyncParts {
  clock: Clock;
  timeTokens: TimeTokens;
  siteTime: SiteTime;
}

/** Keeps one lock's clock right (TIME, protocol.md §7), as far as the gateway itself knows the time. */
export class TimeSync {
  readonly #lockId: string;
  readonly #parts: TimeSyncParts;
  #error: ClockError | undefined;
  #tokenAtMs = Number.NEGATIVE_INFINITY;

  constructor(lockId: string, parts: TimeSyncParts) {
    this.#lockId = lockId;
    this.#parts = parts;
  }

  /** As last measured; undefined until then, and while the gateway does not know the time itself. */
  get error(): ClockError | undefined {
    return this.#error;
  }

  /** Hears what the lock says and mends it if need be: by a hint what a quartz does, by the issuer's word the rest. */
  async keep(talk: Talk, lock: LockRow, reading: ClockReading): Promise<void> {
    const { siteTime } = this.#parts;
    const isUncertain = (reading.flags & Flag.timeUncertain) !== 0;
    const rightAtMs = lock.reported?.atMs ?? lock.pairedAtMs;
    siteTime.hear(this.#lockId, { seconds: reading.lockSeconds, isUncertain, rightAtMs });
    await siteTime.noteNowAndThen();
    this.#error = siteTime.now() === undefined ? undefined : errorOf(reading);
    // Whoever signs the token may know the time when the gateway does not.
    if (isUncertain) return this.#sendToken(talk);
    if (!this.#error) return;
    const { seconds, boundSeconds } = this.#error;
    const offBySeconds = Math.abs(seconds) - boundSeconds;
    if (offBySeconds > ERROR_SECONDS_MAX) {
      const isNear = Math.abs(seconds) <= hintSeconds(reading.endedAtMs - lock.pairedAtMs);
      if (!isNear || !(await this.#sendHint(talk))) await this.#sendToken(talk);
    }
  }

  /** Whether the lock took it. */
  async #sendHint(talk: Talk): Promise<boolean> {
    const time = this.#parts.siteTime.now();
    if (time === undefined) return true;
    const response = await talk((session) => session.command({ name: "timeHint", time }));
    return response.ok;
  }

  async #sendToken(talk: Talk): Promise<void> {
    const { clock } = this.#parts;
    if (clock.monotonicMs() - this.#tokenAtMs < TOKEN_EVERY_MS) return;
    await talk(async (session) => {
      await session.prepare();
      let response = await this.#askAndSend(session);
      // The challenge was spent or too old, and only the lock knows that; its refusal brought a fresh one.
      const isStale = response?.ok === false && response.refusal.reason === Reason.staleChallenge;
      if (isStale) response = await this.#askAndSend(session);
      if (!response) return;
      granted("the time", response);
      this.#tokenAtMs = clock.monotonicMs();
    });
  }

  /** Undefined while there is no token. */
  async #askAndSend(session: LockSession): Promise<Response<"time"> | undefined> {
    const challenge = session.word.whole?.challenge;
    const token = challenge && (await this.#parts.timeTokens.tokenFor(this.#lockId, challenge));
    return token && session.command({ name: "time", token });
  }
}

/** The lock read its clock at some moment of the exchange. */
function errorOf({ lockSeconds, tookMs, endedAtMs }: ClockReading): ClockError {
  const halfTripMs = tookMs / 2;
  return {
    seconds: lockSeconds + HALF_SECOND - (endedAtMs - halfTripMs) / 1_000,
    boundSeconds: HALF_SECOND + halfTripMs / 1_000,
  };
}

function hintSeconds(sinceSetMs: number): number {
  return HINT_SECONDS + (Math.max(0, sinceSetMs) * HINT_PPM) / 1_000_000_000;
}
