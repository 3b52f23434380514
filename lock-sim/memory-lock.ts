import type { Suite } from "../crypto/suite.ts";
import type { Clock } from "../protocol/clock.ts";
import type { Label } from "../protocol/documents/label.ts";
import type { Random } from "../protocol/random.ts";
import { leaveFactory } from "./factory.ts";
import type { Product } from "./firmware/parts.ts";
import { EmulatedBattery } from "./hardware/battery.ts";
import { EmulatedBolt } from "./hardware/bolt.ts";
import { EmulatedDoor } from "./hardware/door-sensor.ts";
import { KeptInMemory } from "./hardware/kept.ts";
import { MemoryFlash } from "./hardware/memory-flash.ts";
import { EmulatedRtc } from "./hardware/rtc.ts";
import { EmulatedSignals } from "./hardware/signals.ts";
import { Lock } from "./lock.ts";

/** What a lock in memory may be given instead of what it would get by itself. */
interface MemoryLockParts {
  clock: Clock;
  random: Random;
  suite: Suite;
  product: Product;
  label?: Label;
  flash?: MemoryFlash;
  /** From one end stop to the other. */
  boltTravelMs?: number;
}

/** A lock that lives and dies with the process, off as yet: for tests, simulations and benches. */
export function memoryLock(parts: MemoryLockParts): { lock: Lock; label: Label } {
  const { clock, random, suite, product } = parts;
  const flash = parts.flash ?? new MemoryFlash({ random });
  const label = leaveFactory(flash, suite, random, parts.label);
  const hardware = {
    flash,
    rtc: new EmulatedRtc(clock, new KeptInMemory()),
    bolt: new EmulatedBolt(clock, new KeptInMemory(), parts.boltTravelMs),
    door: new EmulatedDoor(),
    battery: new EmulatedBattery(),
    signals: new EmulatedSignals(),
  };
  return { lock: new Lock(hardware, clock, random, suite, product), label };
}
