import { Reader, uint32 } from "../../protocol/wire/bytes.ts";
import type { Rtc } from "../hal.ts";
import { CellKey } from "./cell-keys.ts";
import type { CellChanges } from "./storage/cell-entry.ts";
import type { Cells } from "./storage/cells.ts";

/** How far a hint may be from the lock's own clock: 2 s and 200 ppm of the time since it was set (protocol.md §7). */
const HINT_TOLERANCE_SECONDS = 2;
const HINT_TOLERANCE_PPM = 200;
const TIME_MAX = 0xffff_ffff;

/**
 * What time it is, in seconds since 1970 UTC, and whether that can be relied on (protocol.md §7).
 *
 * The calendar clock runs as the last time token or P3 set it; a hint only moves an offset beside it, so that hints
 * are always measured against a clock that no hint has moved: many small lies do not add up.
 */
export class LockClock {
  readonly #rtc: Rtc;
  readonly #cells: Cells;
  #setAt: number | undefined;
  #hintOffsetSeconds = 0;

  constructor(rtc: Rtc, cells: Cells) {
    this.#rtc = rtc;
    this.#cells = cells;
  }

  load(): void {
    const stored = this.#cells.get(CellKey.clock);
    if (!stored) return;
    const reader = new Reader(stored);
    this.#setAt = reader.uint32();
    this.#hintOffsetSeconds = reader.uint32() | 0;
    reader.expectEnd();
  }

  /** True until a token or P3 has set the clock, and again once it has stopped. */
  isUncertain(): boolean {
    return this.#setAt === undefined || this.hasStopped();
  }

  /** Whether the calendar clock failed to run on at some moment since it was last set. */
  hasStopped(): boolean {
    return this.#rtc.stopped();
  }

  now(): number {
    const offset = this.isUncertain() ? 0 : this.#hintOffsetSeconds;
    return Math.min(Math.max(this.#rtc.seconds() + offset, 0), TIME_MAX);
  }

  /** Seconds of the clock as no hint has moved it, for measuring how old something is across reboots. */
  ownSeconds(): number {
    return Math.min(this.#rtc.seconds(), TIME_MAX);
  }

  /**
   * Sets the clock by a token or P3. The caller makes the changes last at once: the time is uncertain if the power goes
   * in between, so that none is certain which no record tells of.
   */
  set(seconds: number): CellChanges {
    if (this.#setAt !== undefined) this.#cells.delete(CellKey.clock);
    this.#rtc.set(seconds);
    this.#setAt = seconds;
    this.#hintOffsetSeconds = 0;
    return new Map([[CellKey.clock, this.#encoded()]]);
  }

  /** Whether the hint was near enough to be taken. `notBefore` is the newest record's time. */
  takeHint(seconds: number, notBefore: number): boolean {
    if (this.#setAt === undefined || this.isUncertain() || seconds < notBefore) return false;
    const own = this.#rtc.seconds();
    const sinceSetSeconds = Math.max(own - this.#setAt, 0);
    const toleranceSeconds = HINT_TOLERANCE_SECONDS + (sinceSetSeconds * HINT_TOLERANCE_PPM) / 1_000_000;
    const offset = seconds - own;
    if (Math.abs(offset) > toleranceSeconds) return false;
    if (offset !== this.#hintOffsetSeconds) {
      this.#hintOffsetSeconds = offset;
      this.#cells.set(CellKey.clock, this.#encoded());
    }
    return true;
  }

  #encoded(): Uint8Array {
    const stored = new Uint8Array(8);
    stored.set(uint32(this.#setAt ?? 0));
    stored.set(uint32(this.#hintOffsetSeconds >>> 0), 4);
    return stored;
  }
}
