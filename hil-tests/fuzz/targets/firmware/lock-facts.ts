import type { Lock } from "../../../../lock-sim/lock.ts";
import { RecordType } from "../../../../protocol/log/record.ts";
import { toHex } from "../../../../protocol/wire/bytes.ts";

const SLOTS = [0, 1, 2, 3];

/**
 * What only the authentic may change: the table, slots, the trust anchor, the settings, where the bolt is and goes. Not in
 * it: the log's refusals, challenges, limits and sessions, which the page lets a stranger cause. Undefined without power.
 */
export function guardedFacts({ firmware, hardware }: Lock): string | undefined {
  if (!firmware) return undefined;
  const { table, slots, trust, generation, clock, uses, lockout } = firmware.inside;
  return JSON.stringify({
    roster: table.active && toHex(table.active.roster),
    count: table.active?.count,
    slots: SLOTS.map((slot) => slots.at(slot)).map((slot) => slot && { n: slot.counter.n, isPending: slot.isPending }),
    issuer: trust.issuerPk && toHex(trust.issuerPk),
    generation,
    isUncertain: clock.isUncertain(),
    used: uses.used({ id: new Uint8Array(8).fill(0x14) }),
    isLockedOut: lockout.isOn,
    bolt: hardware.bolt.position(),
    isDriven: hardware.bolt.isDriven(),
  });
}

/** Numbers that never go back, and what is bounded. Undefined without power. */
export function progressOf({ firmware }: Lock) {
  if (!firmware) return undefined;
  const { store, slots, generation, connections } = firmware.inside;
  return {
    generation,
    seq: store.position.seq,
    counters: SLOTS.map((slot) => slots.at(slot)?.counter.n),
    connections: [...connections.all()],
  };
}

/** Orders that the log shows as carried out: it has one INTENT for each. */
export function intentsOf({ firmware }: Lock): number {
  if (!firmware) return 0;
  return [...firmware.inside.store.newestFirst()].filter(({ type }) => type === RecordType.intent).length;
}
