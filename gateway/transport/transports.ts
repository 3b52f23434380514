import type { Channel, Transport } from "./channel.ts";
import { parseVia, type Via } from "./via.ts";

/** All carriers behind one face: opens a channel by the scheme of its way. */
export class Transports implements Transport {
  readonly #byKind: Record<Via["kind"], Transport>;

  constructor(byKind: Record<Via["kind"], Transport>) {
    this.#byKind = byKind;
  }

  async open(via: string): Promise<Channel> {
    return this.#byKind[parseVia(via).kind].open(via);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#byKind).map((transport) => transport.close()));
  }
}
