import type { CryptoCounts } from "./count-crypto.ts";
import {
  ADVERTISE_EVERY_MS,
  ADVERTISEMENT_MICROCOULOMB,
  ASLEEP_MILLIAMPERE,
  CONNECTION_INTERVAL_MS,
  DETECT_EVERY_MS,
  DETECT_MICROCOULOMB,
  DH_MICROCOULOMB,
  EMPTY_EVENT_MICROCOULOMB,
  ERASE_MICROCOULOMB,
  EVENTS_TO_CONNECT,
  KEY_MICROCOULOMB,
  PACKET_BYTES,
  packetMicrocoulomb,
  SIGN_MICROCOULOMB,
  VERIFY_MICROCOULOMB,
  WORD_BYTES,
  WORD_MICROCOULOMB,
} from "./current-model.ts";
import type { RadioCounts } from "./radio-use.ts";

/** What a lock did. */
export interface Work {
  readonly poweredMs: number;
  /** What the motor drew, mA × ms. */
  readonly motorMicrocoulomb: number;
  readonly crypto: CryptoCounts;
  readonly flash: { readonly programmedBytes: number; readonly erases: number };
  readonly radio: RadioCounts;
}

/** What that cost, in µC. */
export interface Charge {
  /** Asleep, but for the reader's looking for tags twice a second. */
  readonly standby: number;
  readonly advertising: number;
  readonly motor: number;
  readonly crypto: number;
  readonly flash: number;
  readonly radio: number;
}

export function chargeOf({ poweredMs, motorMicrocoulomb, crypto, flash, radio }: Work): Charge {
  return {
    standby: poweredMs * ASLEEP_MILLIAMPERE + (poweredMs / DETECT_EVERY_MS) * DETECT_MICROCOULOMB,
    advertising: ((poweredMs - radio.connectedMs) / ADVERTISE_EVERY_MS) * ADVERTISEMENT_MICROCOULOMB,
    motor: motorMicrocoulomb,
    crypto:
      crypto.keys * KEY_MICROCOULOMB +
      crypto.dhs * DH_MICROCOULOMB +
      crypto.signatures * SIGN_MICROCOULOMB +
      crypto.verifications * VERIFY_MICROCOULOMB,
    flash: flash.erases * ERASE_MICROCOULOMB + (flash.programmedBytes / WORD_BYTES) * WORD_MICROCOULOMB,
    radio:
      (radio.connections * EVENTS_TO_CONNECT + radio.keptMs / CONNECTION_INTERVAL_MS) * EMPTY_EVENT_MICROCOULOMB +
      framesMicrocoulomb(radio.framesIn, radio.bytesIn, "in") +
      framesMicrocoulomb(radio.framesOut, radio.bytesOut, "out"),
  };
}

/** In all. */
export function total(charge: Charge): number {
  return Object.values(charge).reduce((sum, part) => sum + part, 0);
}

/** What only use costs: the rest goes on day and night. */
export function ofUse({ motor, crypto, flash, radio }: Charge): number {
  return motor + crypto + flash + radio;
}

/** As many packets as the frames fill, one each at the least. */
function framesMicrocoulomb(frames: number, bytes: number, direction: "in" | "out"): number {
  const packets = Math.max(frames, Math.ceil(bytes / PACKET_BYTES));
  return packets === 0 ? 0 : packets * packetMicrocoulomb(bytes / packets, direction);
}
