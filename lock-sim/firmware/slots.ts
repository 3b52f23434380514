import { Secret } from "../../crypto/secret.ts";
import { concat, equalBytes, Reader, uint8, uint32 } from "../../protocol/wire/bytes.ts";
import type { Uptime } from "../hal.ts";
import { SLOT_COUNT, slotCounterCell, slotKeysCell, slotSessionCell } from "./cell-keys.ts";
import type { LockClock } from "./lock-clock.ts";
import type { CellChanges } from "./storage/cell-entry.ts";
import type { Cells } from "./storage/cells.ts";

/** How long an RMS may be used (protocol.md §4). */
const RMS_SECONDS_MAX = 24 * 3600;
const RMS_USES_MAX = 1024;

const GATEWAY_ID_BYTES = 8;
const PMK_BYTES = 32;
const RMS_BYTES = 32;
const TAG_BYTES = 8;
const PENDING = 1;
const LIVE = 2;

/** RESUME's counter: the newest n that was accepted, and H(S1)[0..8] of the S1 that brought it. */
export interface Counter {
  readonly n: number;
  readonly tag: Uint8Array;
}

interface ResumeKey {
  readonly rms: Secret;
  /** By the calendar clock, and by the uptime of this boot: the first may have stopped, the second starts anew. */
  readonly sinceSeconds: number;
  readonly sinceUptimeMs: number;
  /** The counter when the RMS was made: each use raises it by one at least. */
  readonly sinceN: number;
}

/** A paired gateway. It is pending until its first C verifies (protocol.md §2). */
interface Slot {
  readonly isPending: boolean;
  readonly gatewayId: Uint8Array;
  readonly pmk: Secret;
  readonly resumeKey: ResumeKey | undefined;
  readonly counter: Counter;
}

const NO_COUNTER: Counter = { n: 0, tag: new Uint8Array(TAG_BYTES) };

/** The four slots, in RAM as they stand in the cells. */
export class Slots {
  readonly #cells: Cells;
  readonly #clock: LockClock;
  readonly #uptime: Uptime;
  readonly #slots: (Slot | undefined)[] = Array.from({ length: SLOT_COUNT }, () => undefined);

  constructor(cells: Cells, clock: LockClock, uptime: Uptime) {
    this.#cells = cells;
    this.#clock = clock;
    this.#uptime = uptime;
  }

  load(): void {
    for (let slot = 0; slot < SLOT_COUNT; slot++) this.#slots[slot] = this.#read(slot);
  }

  /** Undefined for an empty slot, and for a number that is none. */
  at(slot: number): Slot | undefined {
    return this.#slots[slot];
  }

  /** A pending slot does not count. */
  isPaired(): boolean {
    return this.#slots.some((slot) => slot && !slot.isPending);
  }

  /** Where the next pairing goes: into a pending slot if there is one. Undefined if all four are taken for good. */
  nextForPairing(): number | undefined {
    const pending = this.#slots.findIndex((slot) => slot?.isPending);
    const free = pending >= 0 ? pending : this.#slots.indexOf(undefined);
    return free >= 0 ? free : undefined;
  }

  /** Takes a gateway in, pending, in one atomic step with `changes`. */
  pair(slot: number, gatewayId: Uint8Array, pmk: Secret, changes: CellChanges): void {
    const paired: Slot = { isPending: true, gatewayId, pmk, resumeKey: undefined, counter: NO_COUNTER };
    this.#cells.setAll(
      new Map([
        ...changes,
        [slotKeysCell(slot), encodeKeys(paired)],
        [slotSessionCell(slot), undefined],
        [slotCounterCell(slot), undefined],
      ]),
    );
    this.#wipe(slot);
    this.#slots[slot] = paired;
  }

  /** The first C of an OPEN has verified: its RMS takes over, and the slot is no longer pending. */
  prove(slot: number, rms: Secret): void {
    const before = this.#slots[slot]!;
    before.resumeKey?.rms.wipe();
    const resumeKey = {
      rms,
      sinceSeconds: this.#clock.ownSeconds(),
      sinceUptimeMs: this.#uptime.milliseconds(),
      sinceN: before.counter.n,
    };
    const proven: Slot = { ...before, isPending: false, resumeKey };
    const changes = new Map([[slotSessionCell(slot), encodeResumeKey(resumeKey)]]);
    if (before.isPending) changes.set(slotKeysCell(slot), encodeKeys(proven));
    this.#cells.setAll(changes);
    this.#slots[slot] = proven;
  }

  /** RMS, while it may be used. */
  resumeKey(slot: number): Secret | undefined {
    const { resumeKey, counter } = this.#slots[slot] ?? {};
    if (!resumeKey || !counter) return undefined;
    const ageSeconds = this.#clock.ownSeconds() - resumeKey.sinceSeconds;
    const ageMs = this.#uptime.milliseconds() - resumeKey.sinceUptimeMs;
    const isOld = ageSeconds < 0 || ageSeconds >= RMS_SECONDS_MAX || ageMs >= RMS_SECONDS_MAX * 1000;
    const isSpent = counter.n - resumeKey.sinceN >= RMS_USES_MAX;
    return isOld || isSpent ? undefined : resumeKey.rms;
  }

  /** The counter as a record in the log holds it already: of an ACT that is executed (protocol.md §4). */
  countInLog(slot: number, counter: Counter): void {
    const before = this.#slots[slot];
    if (before && counter.n >= before.counter.n) this.#slots[slot] = { ...before, counter };
  }

  /** Makes the counter last in the slot's own cell. */
  countInCell(slot: number, counter: Counter): void {
    this.countInLog(slot, counter);
    this.#cells.set(slotCounterCell(slot), encodeCounter(counter));
  }

  /** The cell change that keeps a counter whose record is about to be recycled; none if it is not the slot's newest. */
  keepCounter(slot: number, counter: Counter): CellChanges {
    const newest = this.#slots[slot]?.counter;
    return newest && isSameCounter(newest, counter)
      ? new Map([[slotCounterCell(slot), encodeCounter(counter)]])
      : new Map();
  }

  /** Forgets the gateway, in one atomic step with `changes`; its keys are gone from flash too. */
  forget(slot: number, changes: CellChanges): void {
    this.#cells.scrub(
      new Map([
        ...changes,
        [slotKeysCell(slot), undefined],
        [slotSessionCell(slot), undefined],
        [slotCounterCell(slot), undefined],
      ]),
    );
    this.#wipe(slot);
  }

  /** Forgets all keys in RAM: a factory reset has taken them out of flash. */
  wipe(): void {
    for (let slot = 0; slot < SLOT_COUNT; slot++) this.#wipe(slot);
  }

  #wipe(slot: number): void {
    const { pmk, resumeKey } = this.#slots[slot] ?? {};
    pmk?.wipe();
    resumeKey?.rms.wipe();
    this.#slots[slot] = undefined;
  }

  #read(slot: number): Slot | undefined {
    const keys = this.#cells.get(slotKeysCell(slot));
    if (!keys) return undefined;
    const reader = new Reader(keys);
    return {
      isPending: reader.uint8() === PENDING,
      gatewayId: reader.bytes(GATEWAY_ID_BYTES),
      pmk: new Secret(reader.bytes(PMK_BYTES)),
      // Without a clock that ran on, nobody knows how old the key has become.
      resumeKey: this.#clock.hasStopped() ? undefined : decodeResumeKey(this.#cells.get(slotSessionCell(slot))),
      counter: decodeCounter(this.#cells.get(slotCounterCell(slot))),
    };
  }
}

export function isSameCounter(one: Counter, other: Counter): boolean {
  return one.n === other.n && equalBytes(one.tag, other.tag);
}

function encodeKeys({ isPending, gatewayId, pmk }: Slot): Uint8Array {
  return concat(uint8(isPending ? PENDING : LIVE), gatewayId, pmk.reveal());
}

function encodeResumeKey({ rms, sinceSeconds, sinceN }: ResumeKey): Uint8Array {
  return concat(rms.reveal(), uint32(sinceSeconds), uint32(sinceN));
}

function decodeResumeKey(stored: Uint8Array | undefined): ResumeKey | undefined {
  if (!stored) return undefined;
  const reader = new Reader(stored);
  return {
    rms: new Secret(reader.bytes(RMS_BYTES)),
    sinceSeconds: reader.uint32(),
    sinceUptimeMs: 0,
    sinceN: reader.uint32(),
  };
}

function encodeCounter({ n, tag }: Counter): Uint8Array {
  return concat(uint32(n), tag);
}

function decodeCounter(stored: Uint8Array | undefined): Counter {
  if (!stored) return NO_COUNTER;
  const reader = new Reader(stored);
  return { n: reader.uint32(), tag: reader.bytes(TAG_BYTES) };
}
