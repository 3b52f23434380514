import type { Suite } from "../../crypto/suite.ts";
import type { BackendAnswer, LogPlace } from "../../gateway/uplink/backend-answer.ts";
import type { CloudEvent } from "../../gateway/uplink/cloud-event.ts";
import { type Uplink, UplinkError } from "../../gateway/uplink/uplink.ts";
import { type Clock, delay } from "../../protocol/clock.ts";
import { EventRefused, readLockEvent } from "../backend/lock-event.ts";
import { LockHistory } from "../backend/lock-history.ts";
import type { Chance } from "./chance.ts";
import type { FaultKind } from "./faults/kinds.ts";
import type { Happening } from "./happening.ts";

export interface BackendParts {
  site: number;
  suite: Suite;
  clock: Clock;
  chance: Chance;
  faults: ReadonlySet<FaultKind>;
  faultShare: number;
  tell: (happening: Happening) => void;
  /** Index of a lock by its id. */
  indexOf: (lockId: string) => number;
}

const ANSWER_MS = 40;
const SLOW_MS_MAX = 120_000;

/** A backend that verifies every event as the reference one does, keeps it in memory, and fails in all the ways that backends do. */
export class SimBackend {
  readonly #parts: BackendParts;
  readonly #histories = new Map<string, LockHistory>();
  /** What it has for good: the events that a crash of its own does not lose, in their order, by lock. */
  readonly #durable = new Map<string, CloudEvent[]>();
  /** By lock and generation, the last seq that it has for good. */
  readonly #through = new Map<string, number>();
  readonly #volatile: { lockId: string; event: CloudEvent }[] = [];
  readonly #sigPks = new Map<string, Uint8Array>();
  /** It fails when it has answered the next batch. */
  #isFailing = false;
  /** World time until which an exchange may be under way. */
  #busyUntilMs = 0;
  isAway = false;
  isHealed = false;

  constructor(parts: BackendParts) {
    this.#parts = parts;
  }

  /** Whether events are on their way to it, or receipts back. */
  get isBusy(): boolean {
    return this.#parts.clock.monotonicMs() < this.#busyUntilMs;
  }

  register(lockId: string, sigPk: Uint8Array): void {
    this.#sigPks.set(lockId, sigPk);
    this.#histories.set(lockId, new LockHistory(this.#parts.suite, lockId, sigPk));
    this.#durable.set(lockId, []);
  }

  history(lockId: string): LockHistory | undefined {
    return this.#histories.get(lockId);
  }

  /** The way of one gateway process to this backend; `isAlive` ends with that process. */
  uplinkFor(clock: Clock, isAlive: () => boolean): Uplink {
    return {
      name: `https://backend-${this.#parts.site}.example`,
      hasLanes: false,
      deliver: (batch) => this.#deliver(clock, batch, isAlive),
      close: async () => {},
    };
  }

  /** Loses what it had not made durable. */
  #forget(): void {
    this.#volatile.length = 0;
    for (const [lockId, events] of this.#durable) {
      const history = new LockHistory(this.#parts.suite, lockId, this.#sigPks.get(lockId)!);
      for (const event of events) history.accept(readLockEvent(event));
      this.#histories.set(lockId, history);
    }
  }

  /** Its next answer is of what it has for good, and then it loses all else that it took. */
  failSoon(): void {
    this.#isFailing = true;
  }

  async #deliver(clock: Clock, batch: readonly CloudEvent[], isAlive: () => boolean): Promise<BackendAnswer> {
    if (!isAlive()) return new Promise(() => {});
    const { chance } = this.#parts;
    const onTheWayMs = this.#strikes("backend-slow") ? chance.between(1_000, SLOW_MS_MAX) : ANSWER_MS;
    this.#busyUntilMs = this.#parts.clock.monotonicMs() + onTheWayMs + ANSWER_MS;
    await delay(clock, onTheWayMs);
    if (this.isAway) throw new UplinkError("unreachable", "the backend does not answer");
    this.#take(batch);
    await delay(clock, ANSWER_MS);
    if (this.#strikes("receipt-lost")) throw new UplinkError("unreachable", "the backend's answer was lost");
    const first = batch[0];
    if (!first) return {};
    if (!this.#isFailing && !this.#strikes("receipt-late")) this.#makeDurable();
    const receipts = this.#receiptsFor(batch);
    if (this.#isFailing) this.#forget();
    this.#isFailing = false;
    return { durableThrough: this.#strikes("receipt-lies") ? receipts.map((receipt) => this.#lie(receipt)) : receipts };
  }

  #take(batch: readonly CloudEvent[]): void {
    const { tell, indexOf } = this.#parts;
    for (const event of batch) {
      const lockId = event.data.lockId;
      const lock = indexOf(lockId);
      try {
        const isNews = this.#histories.get(lockId)!.accept(readLockEvent(event));
        if (isNews) this.#volatile.push({ lockId, event });
        tell({ kind: "delivered", lock, id: event.id, isNews });
      } catch (error) {
        if (!(error instanceof EventRefused)) throw error;
        tell({ kind: "not-taken", lock, id: event.id, why: error.message });
        throw new UplinkError("refused", "the backend answers 422");
      }
    }
  }

  #makeDurable(): void {
    for (const { lockId, event } of this.#volatile.splice(0)) {
      const { data } = event;
      this.#durable.get(lockId)!.push(event);
      this.#through.set(`${lockId} ${data.generation}`, "seq" in data ? data.seq : data.toSeq);
    }
  }

  #receiptsFor(batch: readonly CloudEvent[]): LogPlace[] {
    const { lockId } = batch[0]!.data;
    const generations = [...new Set(batch.map(({ data }) => data.generation))];
    return generations.map((generation) => ({
      lockId,
      generation,
      seq: this.#through.get(`${lockId} ${generation}`) ?? 0,
    }));
  }

  #lie(receipt: LogPlace): LogPlace {
    const { chance } = this.#parts;
    switch (chance.below(4)) {
      case 0:
        // Of what it was sent nobody can tell a lie from the truth; this is beyond.
        return { ...receipt, seq: receipt.seq + 1_000_000 };
      case 1:
        return { ...receipt, seq: Math.max(0, receipt.seq - chance.between(1, 50)) };
      case 2:
        return { ...receipt, generation: receipt.generation + 1 };
      default:
        return { ...receipt, lockId: "0".repeat(16) };
    }
  }

  #strikes(fault: FaultKind): boolean {
    const { chance, faults, faultShare, site, tell } = this.#parts;
    if (this.isHealed || !faults.has(fault) || !chance.happens(faultShare)) return false;
    tell({ kind: "fault", fault, site });
    return true;
  }
}
