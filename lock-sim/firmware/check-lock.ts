import type { Action } from "../../protocol/documents/order.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Parts } from "./parts.ts";

/** What stands against an action that is allowed: 22 or 24. Whether the bolt jams (23) only trying can tell. */
export function checkLock({ battery, acts }: Parts, action: Action): Reason {
  if (!battery.hasEnoughFor(action)) return Reason.batteryTooLow;
  return acts.isBusy ? Reason.busy : Reason.done;
}
