import { toHex } from "../../protocol/wire/bytes.ts";
import { SLOT_COUNT } from "../firmware/cell-keys.ts";
import type { Parts } from "../firmware/parts.ts";
import type { Lock } from "../lock.ts";

/** What is printed on the lock; the label holds the pairing secret, and anyone at the door can read it. */
export interface Print {
  readonly lockId: string;
  readonly label: string;
}

/** The lock as a rig sees it. No secrets but the label. What only running firmware knows is absent without power. */
export function lockState(lock: Lock, print: Print): object {
  const { bolt, door, battery, signals, flash } = lock.hardware;
  const { programs, erases } = flash.operations;
  return {
    ...print,
    hasPower: lock.firmware !== undefined,
    uptimeMs: Math.round(lock.uptimeMs),
    bolt: bolt.position(),
    door: door.isOpen() ? "open" : "closed",
    battery: { millivolt: battery.millivolt(), temperatureC: battery.temperatureC() },
    signal: signals.last ?? null,
    link: lock.counters.all,
    flash: { programs, erases, erasesByBlock: flash.wear },
    ...(lock.firmware && firmwareState(lock.firmware.inside)),
  };
}

function firmwareState(parts: Parts): object {
  const { hal, suite, identity, generation, pairing, clock, store, roster, table, diagnostics } = parts;
  const { seq, head } = store.position;
  const firstSeq = store.spans().find((span) => span.generation === generation)?.firstSeq ?? 0;
  return {
    sigPk: toHex(suite.p256PublicKey(identity.sigKey)),
    generation,
    pairingMode: pairing.isOn(hal.uptime.milliseconds()),
    slots: Array.from({ length: SLOT_COUNT }, (_, slot) => slotState(parts, slot)),
    clock: { seconds: clock.now(), isUncertain: clock.isUncertain() },
    epoch: roster.epoch,
    grantIds: Array.from(table.active?.entries() ?? [], ({ cti }) => toHex(cti)),
    log: { firstSeq, seq, head: toHex(head), receiptedThrough: store.acknowledged(generation) },
    refusedWithoutRecord: diagnostics.all(),
  };
}

function slotState({ slots }: Parts, number: number): object {
  const slot = slots.at(number);
  if (!slot) return { slot: number, state: "empty" };
  return { slot: number, state: slot.isPending ? "pending" : "paired", gatewayId: toHex(slot.gatewayId) };
}
