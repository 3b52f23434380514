import type { Suite } from "../../../crypto/suite.ts";
import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { buildHardware } from "../../../lock-sim/build-hardware.ts";
import { leaveFactory } from "../../../lock-sim/factory.ts";
import type { BoltPlace } from "../../../lock-sim/hardware/bolt.ts";
import { KeptInMemory } from "../../../lock-sim/hardware/kept.ts";
import { MemoryFlash } from "../../../lock-sim/hardware/memory-flash.ts";
import type { RtcSetting } from "../../../lock-sim/hardware/rtc.ts";
import { Lock } from "../../../lock-sim/lock.ts";
import type { Clock } from "../../../protocol/clock.ts";
import type { Label } from "../../../protocol/documents/label.ts";
import type { Random } from "../../../protocol/random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";

/** What of a lock outlives its power: enough to go on with it in another world. */
export interface DoorImage {
  readonly flash: Uint8Array;
  readonly rtc: RtcSetting | undefined;
  readonly bolt: BoltPlace | undefined;
}

const PRODUCT = { model: "Emulated", hardware: 1, firmware: 7 } as const;
const BOLT_TRAVEL_MS = 400;

/** A door with a real lock in it, on emulated hardware, switched on. */
export class Door {
  readonly lock: Lock;
  readonly label: Label;
  readonly #flash: MemoryFlash;
  readonly #rtc = new KeptInMemory<RtcSetting>();
  readonly #bolt = new KeptInMemory<BoltPlace>();

  /** Without an image, a lock fresh from the factory. `suite` is the firmware's. */
  constructor(clock: Clock, random: Random, image?: DoorImage, suite: Suite = deterministicSuite) {
    this.#flash = new MemoryFlash({ random, ...(image && { image: image.flash.slice() }) });
    if (image) this.#rtc.write(image.rtc);
    if (image) this.#bolt.write(image.bolt);
    this.label = leaveFactory(this.#flash, suite, random);
    const lasting = { flash: this.#flash, rtc: this.#rtc, bolt: this.#bolt };
    this.lock = new Lock(buildHardware(clock, lasting, BOLT_TRAVEL_MS), clock, random, suite, { ...PRODUCT });
    this.lock.powerOn();
  }

  get lockId(): Uint8Array {
    return this.label.lockId;
  }

  /** The lock's id as 16 hexadecimal digits. */
  get id(): string {
    return toHex(this.label.lockId);
  }

  /** The firmware's inside: for whoever judges, never for the thief. */
  get inside() {
    return this.lock.firmware!.inside;
  }

  get sigPk(): Uint8Array {
    return deterministicSuite.p256PublicKey(this.inside.identity.sigKey);
  }

  get boxPk(): Uint8Array {
    return deterministicSuite.p256PublicKey(this.inside.identity.boxKey);
  }

  image(): DoorImage {
    return { flash: this.#flash.image(), rtc: this.#rtc.read(), bolt: this.#bolt.read() };
  }
}
