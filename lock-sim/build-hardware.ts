import type { Clock } from "../protocol/clock.ts";
import { EmulatedBattery } from "./hardware/battery.ts";
import { type BoltPlace, EmulatedBolt } from "./hardware/bolt.ts";
import { EmulatedDoor } from "./hardware/door-sensor.ts";
import type { Kept } from "./hardware/kept.ts";
import { EmulatedKeypad } from "./hardware/keypad.ts";
import type { MemoryFlash } from "./hardware/memory-flash.ts";
import { EmulatedPrivacyButton } from "./hardware/privacy-button.ts";
import { EmulatedRtc, type RtcSetting } from "./hardware/rtc.ts";
import { EmulatedSignals } from "./hardware/signals.ts";
import { EmulatedTagReader } from "./hardware/tag-reader.ts";
import { EmulatedTamper } from "./hardware/tamper.ts";
import { EmulatedThumbTurn } from "./hardware/thumb-turn.ts";

/** What a lock is built of. The flash must hold an identity (factory.ts). */
export interface LockHardware<F extends MemoryFlash = MemoryFlash> {
  readonly flash: F;
  readonly rtc: EmulatedRtc;
  readonly bolt: EmulatedBolt;
  readonly thumbTurn: EmulatedThumbTurn;
  readonly door: EmulatedDoor;
  readonly keypad: EmulatedKeypad;
  readonly tags: EmulatedTagReader;
  readonly privacy: EmulatedPrivacyButton;
  readonly tamper: EmulatedTamper;
  readonly battery: EmulatedBattery;
  readonly signals: EmulatedSignals;
}

/** What outlives a loss of power, and perhaps the emulator. */
export interface Lasting<F extends MemoryFlash> {
  readonly flash: F;
  readonly rtc: Kept<RtcSetting>;
  readonly bolt: Kept<BoltPlace>;
}

/** `boltTravelMs`: from one end stop to the other. */
export function buildHardware<F extends MemoryFlash>(
  clock: Clock,
  lasting: Lasting<F>,
  boltTravelMs?: number,
): LockHardware<F> {
  const bolt = new EmulatedBolt(clock, lasting.bolt, boltTravelMs);
  return {
    flash: lasting.flash,
    rtc: new EmulatedRtc(clock, lasting.rtc),
    bolt,
    thumbTurn: new EmulatedThumbTurn(bolt),
    door: new EmulatedDoor(),
    keypad: new EmulatedKeypad(),
    tags: new EmulatedTagReader(),
    privacy: new EmulatedPrivacyButton(),
    tamper: new EmulatedTamper(),
    battery: new EmulatedBattery(() => bolt.milliampere()),
    signals: new EmulatedSignals(),
  };
}
