import type { Clock } from "../../../protocol/clock.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../../protocol/wire/serial-frame.ts";
import type { Bus, Station } from "../bus.ts";

/** Answers every frame for its address, as a lock would, with the type that answers it (protocol.md §1), and echoes the rest. */
export class ScriptedLock {
  /** Frames for its address, oldest first. */
  readonly heard: { frame: Uint8Array; atMs: number }[] = [];
  readonly station: Station;
  address: number;
  isDead = false;
  /** How long it thinks. */
  answersAfterMs = 5;
  readonly #clock: Clock;
  readonly #decoder = new SerialFrameDecoder();

  constructor(clock: Clock, bus: Bus, address: number) {
    this.#clock = clock;
    this.address = address;
    this.station = bus.join((byte) => this.#hear(byte));
  }

  #hear(byte: number): void {
    for (const { address, frame } of this.#decoder.push(Uint8Array.of(byte))) {
      if (address !== this.address || this.isDead) continue;
      this.heard.push({ frame, atMs: this.#clock.monotonicMs() });
      const answer = Uint8Array.of(frame[0]! + 1, ...frame.subarray(1));
      this.#clock.schedule(this.answersAfterMs, () => this.#say(answer));
    }
  }

  #say(answer: Uint8Array): void {
    if (!this.isDead) this.station.transmit(encodeSerialFrame(this.address, answer));
  }
}
