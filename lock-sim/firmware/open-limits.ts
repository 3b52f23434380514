import { SLOT_COUNT } from "./cell-keys.ts";

/** Openings in a row, without a C that verifies, before a connection has to wait (protocol.md §3). */
const UNPROVEN_MAX = 3;
const UNPROVEN_INTERVAL_MS = 1000;
const SLOT_INTERVAL_MS = 250;

interface Streak {
  unproven: number;
  lastAtMs: number;
}

/**
 * How often one party may cost the lock a point multiplication: a slot's gateway with O1, or all strangers together
 * with A1.
 */
class OpenLimit {
  readonly #byConnection = new Map<number, Streak>();
  #lastAtMs: number | undefined;

  /** Whether a DH may be spent now; if so it counts as spent. */
  take(connection: number, nowMs: number): boolean {
    if (this.#lastAtMs !== undefined && nowMs - this.#lastAtMs < SLOT_INTERVAL_MS) return false;
    const streak = this.#byConnection.get(connection);
    if (streak && streak.unproven >= UNPROVEN_MAX && nowMs - streak.lastAtMs < UNPROVEN_INTERVAL_MS) return false;
    this.#lastAtMs = nowMs;
    this.#byConnection.set(connection, { unproven: (streak?.unproven ?? 0) + 1, lastAtMs: nowMs });
    return true;
  }

  /** The connection's peer has proven itself. */
  clear(connection: number): void {
    this.#byConnection.delete(connection);
  }
}

const ALL_STRANGERS = 0;

/** The limits on point multiplications of protocol.md §3 and §5; in RAM, since a reboot costs an attacker more. */
export class OpenLimits {
  readonly #slots = Array.from({ length: SLOT_COUNT }, () => new OpenLimit());
  readonly #strangers = new OpenLimit();

  takeForSlot(slot: number, connection: number, nowMs: number): boolean {
    return this.#slots[slot]!.take(connection, nowMs);
  }

  /** A C has verified. */
  slotProven(slot: number, connection: number): void {
    this.#slots[slot]!.clear(connection);
  }

  takeForStranger(nowMs: number): boolean {
    return this.#strangers.take(ALL_STRANGERS, nowMs);
  }

  /** A stranger's order was accepted: a mere C clears nothing. */
  strangerProven(): void {
    this.#strangers.clear(ALL_STRANGERS);
  }

  /** The slot's limit over all connections stays. */
  disconnected(connection: number): void {
    for (const slot of this.#slots) slot.clear(connection);
  }
}
