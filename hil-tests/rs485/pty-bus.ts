import type { Clock } from "../../protocol/clock.ts";
import type { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { PtyEnd } from "../pty-end.ts";
import { Bus, type Station } from "./bus.ts";

/**
 * An RS-485 bus with a serial port at each station, which programs open as they would open `/dev/ttyUSB0`. The bus, not
 * the rate that a program sets on its port, says how long a byte takes.
 */
export class PtyBus {
  readonly bus: Bus;
  readonly #ends: PtyEnd[];
  readonly #stations: Station[];

  private constructor(bus: Bus, ends: PtyEnd[]) {
    this.bus = bus;
    this.#ends = ends;
    this.#stations = ends.map((end) => {
      const station = bus.join((byte) => end.write(Uint8Array.of(byte)));
      end.onBytes((bytes) => station.transmit(bytes));
      return station;
    });
  }

  /** All ports are there, in raw mode, when this returns. */
  static open(clock: Clock, random: SeededRandom, { baud, ports }: { baud: number; ports: number }): PtyBus {
    return new PtyBus(
      new Bus(clock, random, baud),
      Array.from({ length: ports }, () => new PtyEnd()),
    );
  }

  /** Device paths of the ports. */
  get paths(): string[] {
    return this.#ends.map(({ path }) => path);
  }

  /** Removes all ports; programs that hold them see a hang-up. */
  close(): void {
    for (const station of this.#stations) station.leave();
    for (const end of this.#ends) end.close();
  }
}
