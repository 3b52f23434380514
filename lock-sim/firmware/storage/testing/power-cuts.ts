import { SeededRandom } from "../../../../protocol/testing/seeded-random.ts";
import { MemoryFlash, PowerCut } from "../../../hardware/memory-flash.ts";

/** How often each point is cut: a torn operation has many results. */
const TRIES = 6;

/** Something done to a flash; a boot of whatever lives on it is part of it. */
export type FlashAction = (flash: MemoryFlash) => void;

/**
 * Cuts the power at every flash operation of `action`, and then once more at every operation of `boot` on what was left.
 * `check` then boots by itself and asserts; it is also called after an action that went through.
 */
export function everyPowerCut(image: Uint8Array, action: FlashAction, boot: FlashAction, check: FlashAction): void {
  const whole = new MemoryFlash({ image: image.slice() });
  action(whole);
  check(whole);
  const points = operationsOf(image, action);
  for (let at = 1; at <= points; at++) {
    for (let seed = 1; seed <= TRIES; seed++) {
      const torn = cut(image, action, at, seed);
      withSeed(seed, at, () => check(new MemoryFlash({ image: torn.slice() })));
      const bootPoints = operationsOf(torn, boot);
      for (let bootAt = 1; bootAt <= bootPoints; bootAt++) {
        const tornTwice = cut(torn, boot, bootAt, seed);
        withSeed(seed, at, () => check(new MemoryFlash({ image: tornTwice })));
      }
    }
  }
}

/** How many flash operations the action takes on this image. */
function operationsOf(image: Uint8Array, action: FlashAction): number {
  const flash = new MemoryFlash({ image: image.slice() });
  action(flash);
  return flash.operations.programs + flash.operations.erases;
}

/** What flash holds after power went at the given operation of the action. */
function cut(image: Uint8Array, action: FlashAction, at: number, seed: number): Uint8Array {
  const flash = new MemoryFlash({ image: image.slice(), random: new SeededRandom(seed * 7919 + at) });
  flash.powerCutAtOperation(at);
  try {
    action(flash);
  } catch (error) {
    if (error instanceof PowerCut) return flash.image();
    throw error;
  }
  throw new Error(`the action ended before operation ${at}`);
}

function withSeed(seed: number, at: number, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Error(`after a power cut at operation ${at}, seed ${seed}`, { cause: error });
  }
}
