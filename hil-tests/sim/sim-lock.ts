import type { Suite } from "../../crypto/suite.ts";
import { buildHardware } from "../../lock-sim/build-hardware.ts";
import { leaveFactory } from "../../lock-sim/factory.ts";
import { readIdentity } from "../../lock-sim/firmware/storage/identity.ts";
import type { EndStop } from "../../lock-sim/hal.ts";
import type { BoltPlace } from "../../lock-sim/hardware/bolt.ts";
import { KeptInMemory } from "../../lock-sim/hardware/kept.ts";
import { MemoryFlash } from "../../lock-sim/hardware/memory-flash.ts";
import type { RtcSetting } from "../../lock-sim/hardware/rtc.ts";
import type { Tag } from "../../lock-sim/hardware/tag-reader.ts";
import { Lock } from "../../lock-sim/lock.ts";
import type { Clock } from "../../protocol/clock.ts";
import { formatLabel } from "../../protocol/documents/label.ts";
import { encodeRecord } from "../../protocol/log/record.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Chance } from "./chance.ts";
import { DeviceClock } from "./device-clock.ts";
import { Rot } from "./faults/rot.ts";
import type { Happening } from "./happening.ts";
import type { LockPlan } from "./plan.ts";

export interface SimLockParts {
  index: number;
  plan: LockPlan;
  clock: Clock;
  chance: Chance;
  suite: Suite;
  tell: (happening: Happening) => void;
}

const PRODUCT = { model: "Simulated", hardware: 1, firmware: 1 };
const FRESH_MILLIVOLT = 6_000;

/** Longer than a bolt travels, and shorter than any roster lets it stay drawn. */
const A_MOMENT_MS = 600;

/** One lock of the world: the real firmware on emulated hardware, with everything told that it writes down or moves. */
export class SimLock {
  readonly index: number;
  readonly plan: LockPlan;
  readonly lock: Lock;
  /** 16 hex digits. */
  readonly lockId: string;
  readonly label: string;
  /** Compressed point, 33 bytes. */
  readonly sigPk: Uint8Array;
  readonly clock: DeviceClock;
  readonly rot = new Rot();
  readonly #tell: (happening: Happening) => void;
  #generation = 0;
  #seq = 0;
  #isOn = false;
  #turns = 0;
  #inField: readonly string[] | undefined;

  constructor({ index, plan, clock, chance, suite, tell }: SimLockParts) {
    this.index = index;
    this.plan = plan;
    this.clock = new DeviceClock(clock, plan.ppm);
    const flash = new MemoryFlash({ random: chance.fork("flash") });
    const label = leaveFactory(flash, suite, chance.fork("factory"));
    const lasting = { flash, rtc: new KeptInMemory<RtcSetting>(), bolt: new KeptInMemory<BoltPlace>() };
    const hardware = buildHardware(this.clock, lasting);
    this.lock = new Lock(hardware, this.clock, chance.fork("entropy"), suite, PRODUCT);
    this.lockId = toHex(label.lockId);
    this.label = formatLabel(suite, label);
    this.sigPk = suite.p256PublicKey(readIdentity(flash)!.sigKey);
    this.#tell = tell;
    this.lock.observe(() => this.#look());
    hardware.bolt.observe((to) => {
      this.#look();
      tell({ kind: "motor", lock: index, to });
    });
  }

  /** Everything about the lock and around it works again. */
  heal(): void {
    const { lock } = this;
    // A power cut that was planned does not come any more.
    lock.hardware.flash.powerOn();
    lock.powerOn();
    lock.disturb(({ bolt }) => bolt.jam(false));
    lock.setBattery(FRESH_MILLIVOLT);
    lock.setDoor(false);
  }

  /** Somebody holds a tag to the reader, until it is taken away; `grants` are those that it proves. */
  holdTag(tag: Tag, grants: readonly string[]): void {
    this.#inField = grants;
    this.#tellTag();
    this.lock.presentTag(tag);
  }

  takeTagAway(): void {
    this.#inField = undefined;
    this.lock.removeTag();
  }

  /** A hand on the thumb-turn. */
  turn(to: EndStop): void {
    const { bolt } = this.lock.hardware;
    const turn = ++this.#turns;
    this.lock.turnThumb(to);
    this.#tell({ kind: "hand", lock: this.index, to, position: bolt.position() });
    this.clock.schedule(A_MOMENT_MS, () => {
      if (turn === this.#turns) this.#tell({ kind: "after-hand", lock: this.index, to, position: bolt.position() });
    });
  }

  #look(): void {
    this.#tellPower();
    this.#tellRecords();
  }

  #tellPower(): void {
    const isOn = this.lock.firmware !== undefined;
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#tell({ kind: "power", lock: this.index, isOn });
    // A lock that starts again finds the tag that is still there.
    if (isOn) this.#tellTag();
  }

  #tellTag(): void {
    if (this.#inField) this.#tell({ kind: "shown", lock: this.index, credential: "tag", grants: this.#inField });
  }

  /** What the log has got since. Records that a power cut kept from being seen are told at the next boot. */
  #tellRecords(): void {
    const store = this.lock.firmware?.inside.store;
    if (!store) return;
    const { generation, seq } = store.position;
    if (generation === this.#generation && seq === this.#seq) return;
    for (const span of store.spans()) {
      if (span.generation < this.#generation) continue;
      if (span.generation > this.#generation) {
        this.#generation = span.generation;
        this.#seq = 0;
      }
      for (let next = Math.max(this.#seq + 1, span.firstSeq); next <= span.lastSeq; next++) {
        const record = store.record(span.generation, next);
        this.#seq = next;
        if (!record) continue;
        const bytes = encodeRecord(record);
        this.#tell({ kind: "record", lock: this.index, generation: span.generation, record, bytes });
      }
    }
  }
}
