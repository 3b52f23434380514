import { nobleSuite } from "../../crypto/noble.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { concat } from "../../protocol/wire/bytes.ts";
import { memoryLock } from "../memory-lock.ts";

/** A lock with power on a clock that stands still. */
export function smallLock(seed = 1) {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed);
  const product = { model: "Test", hardware: 1, firmware: 1 };
  const { lock, label } = memoryLock({ clock, random, suite: nobleSuite, product });
  lock.powerOn();
  return { lock, label, clock };
}

/** P1 (protocol.md §2) with a point that is good. */
export const P1 = concat(
  Uint8Array.of(0x11),
  nobleSuite.p256PublicKey(nobleSuite.p256PrivateKey((length) => new SeededRandom(5).bytes(length))),
);

/** What a lock that is not in pairing mode answers to P1. */
export const NOT_IN_PAIRING_MODE = Uint8Array.of(0x1f, 4);
