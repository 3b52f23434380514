import assert from "node:assert/strict";
import type { Clock } from "../../protocol/clock.ts";
import { type Channel, type Transport, TransportError, type Urgency } from "./channel.ts";
import { type BusRequest, type OpenSerialLine, SerialBus } from "./serial-bus.ts";
import { parseVia } from "./via.ts";

/** For ports that the configuration does not name. */
const DEFAULT_BAUD = 115_200;

/** How to open a port: `serialLineOpener` on a machine, something in memory in a test. */
export type SerialLineOpener = (path: string, baud: number, clock: Clock) => OpenSerialLine;

/** Locks on serial lines: `serial:/dev/ttyUSB0[?address=3]`. One bus per port, whoever asks for it. */
export class SerialTransport implements Transport {
  readonly #clock: Clock;
  readonly #opener: SerialLineOpener;
  readonly #bauds: ReadonlyMap<string, number>;
  readonly #buses = new Map<string, SerialBus>();

  constructor(clock: Clock, opener: SerialLineOpener, ports: readonly { path: string; baud: number }[]) {
    this.#clock = clock;
    this.#opener = opener;
    this.#bauds = new Map(ports.map(({ path, baud }) => [path, baud]));
  }

  async open(via: string): Promise<Channel> {
    const target = parseVia(via);
    assert(target.kind === "serial");
    const bus = this.#busAt(target.path);
    await bus.open();
    return new SerialChannel(bus, target.address);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#buses.values()].map((bus) => bus.close()));
    this.#buses.clear();
  }

  #busAt(path: string): SerialBus {
    let bus = this.#buses.get(path);
    if (!bus) {
      const baud = this.#bauds.get(path) ?? DEFAULT_BAUD;
      bus = new SerialBus(this.#clock, path, baud, this.#opener(path, baud, this.#clock));
      this.#buses.set(path, bus);
    }
    return bus;
  }
}

/** One address on a bus; the bus outlives it. */
class SerialChannel implements Channel {
  readonly #bus: SerialBus;
  readonly #address: number;
  readonly #closed = new AbortController();
  #request: BusRequest | undefined;

  constructor(bus: SerialBus, address: number) {
    this.#bus = bus;
    this.#address = address;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  async request(frame: Uint8Array, options: { deadlineMs: number; urgency: Urgency }): Promise<Uint8Array> {
    assert(!this.#request, "one request at a time");
    if (this.closed.aborted) throw new TransportError("closed", "this channel was closed");
    this.#request = { address: this.#address, frame, ...options };
    try {
      return await this.#bus.request(this.#request);
    } finally {
      this.#request = undefined;
    }
  }

  hurry(): void {
    if (this.#request) this.#bus.hurry(this.#request);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    if (this.#request) this.#bus.cancel(this.#request);
  }
}
