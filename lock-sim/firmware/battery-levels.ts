import { Action } from "../../protocol/documents/order.ts";

/*
 * Voltages of four AA cells, without load if nothing else is said; from above to below:
 *
 * | below | what the lock does |
 * |---|---|
 * | 4200 | takes no new firmware: minutes of flash and radio |
 * | 4000 | says that the battery is low |
 * | 3800 | reserve: draws the bolt for whoever may, and does no other action |
 * | 3600 | nothing: the motor might stop between the end stops |
 */
export const FIRMWARE_MILLIVOLT = 4200;
export const LOW_MILLIVOLT = 4000;
const RESERVE_MILLIVOLT = 3800;
const MOTOR_MILLIVOLT = 3600;

/** Cells that sag so far while the motor runs are low, whatever they say at rest: old or cold ones do. */
export const LOW_UNDER_MOTOR_MILLIVOLT = 3700;
/** Only so much above LOW_MILLIVOLT a battery is a new one: voltage recovers a little after every load. */
export const REPLACED_MILLIVOLT = 4500;

/** What the battery must have for an action: the last of it is kept for letting somebody in once more. */
export function millivoltFor(action: Action): number {
  return action === Action.unlock ? MOTOR_MILLIVOLT : RESERVE_MILLIVOLT;
}
