import type { Lock } from "../../lock.ts";
import { type Charge, chargeOf } from "../charge.ts";

/** What a lock draws while something goes on, in µC. */
export function chargeDuring(lock: Lock, happen: () => void): Charge {
  const before = chargeOf(lock.work);
  happen();
  const after = chargeOf(lock.work);
  return {
    standby: after.standby - before.standby,
    advertising: after.advertising - before.advertising,
    motor: after.motor - before.motor,
    crypto: after.crypto - before.crypto,
    flash: after.flash - before.flash,
    radio: after.radio - before.radio,
  };
}
