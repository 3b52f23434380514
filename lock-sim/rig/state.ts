import type { RosterClaims } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { energyOf } from "../energy/battery-life.ts";
import { SLOT_COUNT } from "../firmware/cell-keys.ts";
import { flashHealth } from "../firmware/flash-health.ts";
import type { Parts } from "../firmware/parts.ts";
import type { RigParts } from "./rig-parts.ts";
import type { LockState } from "./state-schema.ts";

/** Looks at the lock. What takes long to find out and seldom changes is kept. */
export class StateView {
  readonly #parts: Pick<RigParts, "lock" | "print" | "link">;
  #sigPk: string | undefined;
  #table: { claims: RosterClaims | undefined; grantIds: string[] } | undefined;

  constructor(parts: Pick<RigParts, "lock" | "print" | "link">) {
    this.#parts = parts;
  }

  now(): LockState {
    const { lock, print, link } = this.#parts;
    const { bolt, door, tags, privacy, tamper, battery, signals, flash, rtc } = lock.hardware;
    const { programs, erases } = flash.operations;
    const uid = tags.poll();
    return {
      ...print,
      hasPower: lock.firmware !== undefined,
      failure: lock.failure ?? null,
      uptimeMs: Math.round(lock.uptimeMs),
      bolt: { position: bolt.position(), isDriven: bolt.isDriven() },
      door: door.isOpen() ? "open" : "closed",
      tag: uid ? toHex(uid) : null,
      privacy: privacy.isOn(),
      tamper: tamper.isOpen(),
      battery: { millivolt: battery.millivolt(), temperatureC: battery.temperatureC() },
      energy: energyOf(lock.work),
      signal: signals.last ?? null,
      link: lock.counters.all,
      faults: { jam: bolt.isJammed(), clockDriftPpm: rtc.driftPpm, link: link.faults },
      flash: { programs, erases, erasesByBlock: [...flash.wear] },
      ...(lock.firmware && this.#firmware(lock.firmware.inside)),
    };
  }

  #firmware(parts: Parts): Partial<LockState> {
    const { hal, suite, identity, generation, pairing, clock, store, roster, lockout, bolt, diagnostics } = parts;
    const { seq, head } = store.position;
    const firstSeq = store.spans().find((span) => span.generation === generation)?.firstSeq ?? 0;
    this.#sigPk ??= toHex(suite.p256PublicKey(identity.sigKey));
    return {
      sigPk: this.#sigPk,
      generation,
      pairingMode: pairing.isOn(hal.uptime.milliseconds()),
      slots: Array.from({ length: SLOT_COUNT }, (_, slot) => slotState(parts, slot)),
      clock: { seconds: clock.now(), isUncertain: clock.isUncertain() },
      epoch: roster.epoch,
      grantIds: this.#grantIds(parts),
      siteSecrets: roster.settings.sealedSecrets !== undefined,
      log: { firstSeq, seq, head: toHex(head), receiptedThrough: store.acknowledged(generation) },
      flashHealth: flashHealth(parts),
      keypadLockedOut: lockout.isOn,
      jammed: bolt.isJammed,
      refusedWithoutRecord: { ...diagnostics.all() },
    };
  }

  #grantIds({ roster: { claims }, table }: Parts): string[] {
    if (!this.#table || this.#table.claims !== claims) {
      this.#table = { claims, grantIds: Array.from(table.active?.entries() ?? [], ({ cti }) => toHex(cti)) };
    }
    return this.#table.grantIds;
  }
}

function slotState({ slots }: Parts, number: number): NonNullable<LockState["slots"]>[number] {
  const slot = slots.at(number);
  if (!slot) return { slot: number, state: "empty" };
  return { slot: number, state: slot.isPending ? "pending" : "paired", gatewayId: toHex(slot.gatewayId) };
}
