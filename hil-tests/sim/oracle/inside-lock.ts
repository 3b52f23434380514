import { SLOT_COUNT } from "../../../lock-sim/firmware/cell-keys.ts";
import type { Lock } from "../../../lock-sim/lock.ts";

const SLOTS = Array.from({ length: SLOT_COUNT }, (_, slot) => slot);

/** The documents in the table that decides; none without power. */
export function tableOf({ firmware }: Lock): Uint8Array[] {
  const active = firmware?.inside.table.active;
  return active ? Array.from(active.entries(), ({ document }) => document) : [];
}

/** The lock's clock with and without hints, in seconds since 1970; undefined while it is uncertain. */
export function clockOf({ firmware }: Lock): { now: number; own: number } | undefined {
  const clock = firmware?.inside.clock;
  return clock && !clock.isUncertain() ? { now: clock.now(), own: clock.ownSeconds() } : undefined;
}

/** RESUME's counter by slot; none without power. */
export function countersOf({ firmware }: Lock): (number | undefined)[] {
  const slots = firmware?.inside.slots;
  return slots ? SLOTS.map((slot) => slots.at(slot)?.counter.n) : [];
}

/** Through which record of its newest generation the lock has a receipt. */
export function receiptedOf({ firmware }: Lock): { generation: number; seq: number } | undefined {
  const inside = firmware?.inside;
  return inside && { generation: inside.generation, seq: inside.store.acknowledged(inside.generation) };
}

export function isStaging({ firmware }: Lock): boolean {
  return firmware?.inside.table.staging !== undefined;
}
