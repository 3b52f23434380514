import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../../protocol/wire/serial-frame.ts";
import type { Bus, Station } from "../bus.ts";

/** A lock with real firmware at an address of a bus in memory. It is on. */
export class BusLock {
  readonly lock: Lock;
  readonly lockId: string;
  readonly label: string;
  address: number;
  /** How much longer than its firmware it takes to answer. */
  dawdlesMs = 0;
  readonly #clock: Clock;
  readonly #station: Station;
  readonly #decoder = new SerialFrameDecoder();
  #connection: number | undefined;

  constructor(clock: Clock, random: SeededRandom, bus: Bus, address: number) {
    const product = { model: "Emulated", hardware: 1, firmware: 1 };
    const { lock, label } = memoryLock({ clock, random, suite: opensslSuite, product });
    this.lock = lock;
    this.lockId = toHex(label.lockId);
    this.label = formatLabel(opensslSuite, label);
    this.address = address;
    this.#clock = clock;
    this.#station = bus.join((byte) => this.#hear(byte));
    lock.powerOn();
  }

  #hear(byte: number): void {
    for (const { address, frame } of this.#decoder.push(Uint8Array.of(byte))) {
      if (address !== this.address) continue;
      this.#connection ??= this.lock.connect({
        send: (reply) => this.#send(reply),
        close: () => {
          this.#connection = undefined;
        },
      });
      if (this.#connection !== undefined) this.lock.receive(this.#connection, frame);
    }
  }

  #send(frame: Uint8Array): void {
    const bytes = encodeSerialFrame(this.address, frame);
    this.#clock.schedule(this.dawdlesMs, () => this.#station.transmit(bytes));
  }
}
