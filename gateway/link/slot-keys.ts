import type { Secret } from "../../crypto/secret.ts";
import type { Clock } from "../../protocol/clock.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import type { LockStore, SlotRow } from "../store/lock-store.ts";
import { StoreError } from "../store/store-error.ts";
import { TransportError } from "../transport/channel.ts";

/** How long an RMS may be used (protocol.md §4). */
const RMS_MS_MAX = 24 * 3_600_000;
const RMS_USES_MAX = 1024;

/** The slot in use, or the one that a pairing has just put beside it. */
export type SlotKind = "live" | "candidate";

/** For one S1: `n` is durable and was never used before. The keys are the taker's to wipe. */
export interface ResumeKey {
  slot: number;
  n: number;
  rms: Secret;
}

/** Our slot in one lock, as it stands in the store: PMK for OPEN, RMS and counters for RESUME (protocol.md §3, §4). */
export class SlotKeys {
  readonly #lockId: string;
  readonly #kind: SlotKind;
  readonly #locks: LockStore;
  readonly #clock: Clock;
  /** Monotonic time of the last proved OPEN in this run: the wall clock may have been set since. */
  #openedAtMs: number | undefined;

  constructor(lockId: string, kind: SlotKind, { locks, clock }: { locks: LockStore; clock: Clock }) {
    this.#lockId = lockId;
    this.#kind = kind;
    this.#locks = locks;
    this.#clock = clock;
  }

  /** The slot with its PMK, which is the caller's to wipe. Throws TransportError if there is none. */
  take(): SlotRow {
    const slot = this.#read();
    if (!slot) throw new TransportError("unreachable", "the lock is not paired with this gateway");
    slot.rms?.secret.wipe();
    return slot;
  }

  canResume(): boolean {
    const slot = this.#read();
    const can = slot !== undefined && this.#isUsable(slot);
    wipeRow(slot);
    return can;
  }

  /** Undefined if only OPEN is left: there is no RMS, it has ended, or the disk does not take the counter. */
  async takeForResume(): Promise<ResumeKey | undefined> {
    const slot = this.#read();
    if (!slot?.rms || !this.#isUsable(slot)) {
      wipeRow(slot);
      return undefined;
    }
    const n = await unlessDiskFails(this.#locks.takeCounter(slot));
    slot.pmk.wipe();
    if (n === undefined) {
      slot.rms.secret.wipe();
      return undefined;
    }
    return { slot: slot.slot, n, rms: slot.rms.secret };
  }

  /** An OPEN under this slot has been proved: from now on RESUME goes on from it, above the lock's `n` and above ours. */
  async keep(rms: Secret, lockN: number): Promise<void> {
    const slot = this.#read();
    if (!slot) return;
    this.#openedAtMs = this.#clock.monotonicMs();
    const sinceN = Math.max(lockN, slot.n);
    // With a full disk the session goes on; the next one will be opened again.
    await unlessDiskFails(this.#locks.setRms(slot, { secret: rms, sinceN, sinceMs: this.#clock.wallMs() }));
    wipeRow(slot);
  }

  #isUsable({ rms, n }: SlotRow): boolean {
    if (!rms || n >= UINT_MAX || n - rms.sinceN >= RMS_USES_MAX) return false;
    // OPEN tells how far the counter has really come (protocol.md §4).
    if (this.#openedAtMs === undefined && !this.#locks.isContinued) return false;
    const ageMs =
      this.#openedAtMs === undefined
        ? this.#clock.wallMs() - rms.sinceMs
        : this.#clock.monotonicMs() - this.#openedAtMs;
    // An age below zero is an unknown one.
    return ageMs >= 0 && ageMs < RMS_MS_MAX;
  }

  #read(): SlotRow | undefined {
    return this.#kind === "live" ? this.#locks.slot(this.#lockId) : this.#locks.candidate(this.#lockId);
  }
}

function wipeRow(slot: SlotRow | undefined): void {
  slot?.pmk.wipe();
  slot?.rms?.secret.wipe();
}

async function unlessDiskFails<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
