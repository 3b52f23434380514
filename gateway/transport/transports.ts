import { type Channel, type OpenOptions, type Transport, TransportError } from "./channel.ts";
import { parseVia, type Via } from "./via.ts";

/** All carriers behind one face: opens a channel by the scheme of its way. */
export class Transports implements Transport {
  readonly #byKind: Partial<Record<Via["kind"], Transport>>;

  constructor(byKind: Partial<Record<Via["kind"], Transport>>) {
    this.#byKind = byKind;
  }

  async open(via: string, options: OpenOptions): Promise<Channel> {
    const { kind } = parseVia(via);
    const transport = this.#byKind[kind];
    if (!transport) throw new TransportError("unreachable", `this gateway has no way to ${via}`);
    return transport.open(via, options);
  }

  hurry(via: string): void {
    this.#byKind[parseVia(via).kind]?.hurry?.(via);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#byKind).map((transport) => transport.close()));
  }
}
