import { equalBytes, toHex } from "../../../protocol/wire/bytes.ts";
import type { PromiseName } from "../promise.ts";
import type { Door } from "../site/door.ts";
import type { Logs } from "./logs.ts";

/** Tells of a promise that was broken, and how. */
export type Broke = (promise: PromiseName, how: string) => void;

/** A hint's bounds (protocol.md §7), and a second for the rounding of two clocks. */
const HINT_SECONDS = 3;
const HINT_PPM = 200;
const DAY_MS = 86_400_000;
/** A stolen slot, and all strangers together: one DH in 250 ms each. */
const DHS_PER_SECOND_MAX = 2 * 4;
const DHS_AT_ONCE_MAX = 5;
/** A block of flash stands 10,000: at this pace, two months. */
const ERASES_AT_ONCE_MAX = 150;
const ERASES_PER_DAY_MAX = 150;
const FIRMWARE = 7;

/** What a door's lock was at the theft, to be held against what it has become. */
export class DoorWatch {
  readonly #door: Door;
  readonly #clockSetAt: number;
  readonly #issuerPk: Uint8Array;
  readonly #newestSeq: number;
  readonly #wear: readonly number[];
  readonly #dhs: number;
  /** The gateways that are to be paired with it. */
  gatewayIds: readonly Uint8Array[];

  constructor(door: Door, clockSetAt: number, gatewayIds: readonly Uint8Array[]) {
    this.#door = door;
    this.#clockSetAt = clockSetAt;
    this.gatewayIds = gatewayIds;
    this.#issuerPk = door.inside.trust.issuerPk!;
    this.#newestSeq = door.inside.log.position.seq;
    this.#wear = door.lock.hardware.flash.wear;
    this.#dhs = door.lock.work.crypto.dhs;
  }

  /** `now`: the true time, in seconds since 1970; `elapsedMs` since the theft. */
  look({ now, elapsedMs, logs, broke }: { now: number; elapsedMs: number; logs: Logs; broke: Broke }): void {
    const { trust, lockout, product } = this.#door.inside;
    this.#lookAtClock(now, broke);
    const paired = [0, 1, 2, 3].flatMap((slot) => this.#door.inside.slots.at(slot) ?? []);
    if (textOf(paired.map(({ gatewayId }) => gatewayId)) !== textOf(this.gatewayIds)) {
      broke("slots", "other gateways are paired");
    }
    if (!trust.issuerPk || !equalBytes(trust.issuerPk, this.#issuerPk)) broke("issuer", "a lock has another issuer");
    if (lockout.isOn) broke("others", "the keypad is locked out, and nobody has touched it");
    if (product.firmware !== FIRMWARE) broke("firmware", "a lock runs other firmware");
    this.#lookAtLog(elapsedMs, logs, broke);
    this.#lookAtWork(elapsedMs, broke);
  }

  #lookAtClock(now: number, broke: Broke): void {
    const { clock } = this.#door.inside;
    if (clock.isUncertain()) return;
    const error = clock.now() - now;
    const bound = HINT_SECONDS + ((now - this.#clockSetAt) * HINT_PPM) / 1_000_000;
    if (Math.abs(error) > bound) broke("clock", `a clock is ${error} s from the true time`);
  }

  #lookAtLog(elapsedMs: number, logs: Logs, broke: Broke): void {
    const { store, generation: current } = this.#door.inside;
    for (const { generation } of store.spans()) {
      const seq = store.acknowledged(generation);
      if (seq > 0 && !logs.isHeld(this.#door, generation, seq)) {
        broke("memory", `a lock may forget record ${seq}, which no backend has`);
      }
    }
    const isThere = store.record(current, this.#newestSeq) !== undefined;
    if (!isThere && elapsedMs <= DAY_MS) broke("evidence", "the last record before the theft is gone");
  }

  #lookAtWork(elapsedMs: number, broke: Broke): void {
    const seconds = elapsedMs / 1000;
    const dhs = this.#door.lock.work.crypto.dhs - this.#dhs;
    if (dhs > DHS_AT_ONCE_MAX + seconds * DHS_PER_SECOND_MAX) {
      broke("work", `${dhs} point multiplications in ${seconds} s`);
    }
    const { wear } = this.#door.lock.hardware.flash;
    const erases = Math.max(...wear.map((erasesNow, block) => erasesNow - this.#wear[block]!));
    if (erases > ERASES_AT_ONCE_MAX + (elapsedMs / DAY_MS) * ERASES_PER_DAY_MAX) {
      broke("work", `${erases} erases of one block of flash in ${seconds} s`);
    }
  }
}

function textOf(ids: readonly Uint8Array[]): string {
  return ids.map(toHex).sort().join();
}
