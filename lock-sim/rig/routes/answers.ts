import type { Firmware } from "../../firmware/firmware.ts";
import type { Lock } from "../../lock.ts";
import { HttpError } from "../http-error.ts";
import { LockState } from "../state-schema.ts";

export const STATE_ANSWER = {
  type: "application/json",
  schema: LockState,
  description: "The state of the lock, after what was asked",
} as const;

export const NO_POWER = { 409: "The lock has no power" } as const;

/** Throws HttpError 409 if there is no power. */
export function running(lock: Lock): Firmware {
  if (!lock.firmware) throw new HttpError(409, "the lock has no power");
  return lock.firmware;
}
