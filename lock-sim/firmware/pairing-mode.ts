const PAIRING_MODE_MS = 120_000;
const FAILED_TRIES_MAX = 5;

type Mode = { kind: "off" } | { kind: "on"; untilMs: number; failedTries: number };

/**
 * Whether the lock takes part in a pairing (protocol.md §2): only after a hand pressed the button inside the door,
 * for a while, for one success. The permission for one more gateway lives in RAM, so that it ends at boot.
 */
export class PairingMode {
  #mode: Mode = { kind: "off" };
  #mayPairOneMore = false;

  /** The button inside the door. */
  enter(nowMs: number): void {
    this.#mode = { kind: "on", untilMs: nowMs + PAIRING_MODE_MS, failedTries: 0 };
  }

  isOn(nowMs: number): boolean {
    return this.#mode.kind === "on" && nowMs < this.#mode.untilMs;
  }

  /** Uptime in milliseconds at which it ends by itself; undefined while it is off. */
  wakeAt(nowMs: number): number | undefined {
    return this.#mode.kind === "on" && nowMs < this.#mode.untilMs ? this.#mode.untilMs : undefined;
  }

  /** An order of action 5: it needs the button all the same. */
  permitOneMore(): void {
    this.#mayPairOneMore = true;
  }

  get mayPairOneMore(): boolean {
    return this.#mayPairOneMore;
  }

  failed(): void {
    if (this.#mode.kind === "off") return;
    this.#mode.failedTries++;
    if (this.#mode.failedTries >= FAILED_TRIES_MAX) this.#mode = { kind: "off" };
  }

  succeeded(): void {
    this.#mode = { kind: "off" };
    this.#mayPairOneMore = false;
  }
}
