import type { Lock } from "../../lock.ts";
import type { BeaconSource } from "../ble.ts";

/** What the lock wants advertised; `lockId` is 8 bytes. */
export function beaconOf(lock: Lock, lockId: Uint8Array): BeaconSource {
  return {
    lockId,
    flags: () => lock.firmware?.beaconFlags,
    observe: (observer) => lock.observe(observer),
  };
}
