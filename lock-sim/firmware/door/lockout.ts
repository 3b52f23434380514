import { concat, Reader, uint8, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Uptime } from "../../hal.ts";
import type { ActiveRoster } from "../active-roster.ts";
import { CellKey } from "../cell-keys.ts";
import type { Cells } from "../storage/cells.ts";

/** Where doubling begins at the least, and where it ends. */
const LOCKOUT_SECONDS_MIN = 1;
const LOCKOUT_SECONDS_MAX = 3600;
const LOCKOUTS_MAX = 0xff;
const WRONG_TRIES_MAX = 0xffff_ffff;

interface Tries {
  /** Since a PIN last opened. */
  readonly wrong: number;
  /** How many lockouts they came to. */
  readonly lockouts: number;
  readonly isLockedOut: boolean;
}

const NONE: Tries = { wrong: 0, lockouts: 0, isLockedOut: false };

/**
 * Counts wrong PINs and locks the keypad out, the keypad alone (protocol.md §8). At wrongTriesMax and at every wrong try
 * after it the keypad is locked out, each time for twice as long; a PIN that opens makes an end of it.
 *
 * A try counts as wrong before it is looked at, and lasts: whoever cuts the power to get another try has had this one.
 * A lockout that a power cut interrupted begins anew at boot. No clock but the uptime ends it.
 */
export class Lockout {
  readonly #cells: Cells;
  readonly #uptime: Uptime;
  readonly #roster: ActiveRoster;
  #tries = NONE;
  #before = NONE;
  #untilMs = 0;

  constructor(cells: Cells, uptime: Uptime, roster: ActiveRoster) {
    this.#cells = cells;
    this.#uptime = uptime;
    this.#roster = roster;
  }

  load(): void {
    const stored = this.#cells.get(CellKey.wrongTries);
    if (!stored) return;
    const reader = new Reader(stored);
    this.#tries = { wrong: reader.uint32(), lockouts: reader.uint8(), isLockedOut: reader.uint8() === 1 };
    this.#begin();
  }

  get isOn(): boolean {
    return this.#tries.isLockedOut;
  }

  /** Before a PIN is looked at; `isOn` afterwards says whether it was one too many if it is wrong. */
  count(): void {
    this.#before = this.#tries;
    const wrong = Math.min(this.#tries.wrong + 1, WRONG_TRIES_MAX);
    const isLockedOut = wrong >= this.#roster.settings.wrongTriesMax;
    const lockouts = Math.min(this.#tries.lockouts + (isLockedOut ? 1 : 0), LOCKOUTS_MAX);
    this.#keep({ wrong, lockouts, isLockedOut });
    this.#begin();
  }

  /** The PIN was somebody's, but did not open. */
  takeBack(): void {
    this.#keep(this.#before);
  }

  /** The PIN opened. */
  forget(): void {
    this.#keep(NONE);
  }

  tick(): void {
    if (!this.isOn || this.#uptime.milliseconds() < this.#untilMs) return;
    this.#keep({ ...this.#tries, isLockedOut: false });
  }

  /** Uptime in milliseconds at which it ends; undefined while there is none. */
  wakeAt(): number | undefined {
    return this.isOn ? this.#untilMs : undefined;
  }

  #begin(): void {
    this.#untilMs = this.#uptime.milliseconds() + this.#seconds() * 1000;
  }

  #seconds(): number {
    const first = Math.max(this.#roster.settings.lockoutSeconds, LOCKOUT_SECONDS_MIN);
    const doubled = first * 2 ** (this.#tries.lockouts - 1);
    return Math.max(first, Math.min(doubled, LOCKOUT_SECONDS_MAX));
  }

  #keep(tries: Tries): void {
    this.#tries = tries;
    const { wrong, lockouts, isLockedOut } = tries;
    this.#cells.set(CellKey.wrongTries, concat(uint32(wrong), uint8(lockouts), uint8(isLockedOut ? 1 : 0)));
  }
}
