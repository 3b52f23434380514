import type { Suite } from "../crypto/suite.ts";
import type { Clock } from "../protocol/clock.ts";
import type { Label } from "../protocol/documents/label.ts";
import type { Random } from "../protocol/random.ts";
import { buildHardware } from "./build-hardware.ts";
import { leaveFactory } from "./factory.ts";
import type { Product } from "./firmware/parts.ts";
import type { BoltPlace } from "./hardware/bolt.ts";
import { KeptInMemory } from "./hardware/kept.ts";
import { MemoryFlash } from "./hardware/memory-flash.ts";
import type { RtcSetting } from "./hardware/rtc.ts";
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
  const lasting = { flash, rtc: new KeptInMemory<RtcSetting>(), bolt: new KeptInMemory<BoltPlace>() };
  const hardware = buildHardware(clock, lasting, parts.boltTravelMs);
  return { lock: new Lock(hardware, clock, random, suite, product), label };
}
