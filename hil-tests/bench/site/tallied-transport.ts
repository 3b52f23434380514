import type { Channel, OpenOptions, Transport } from "../../../gateway/transport/channel.ts";

/** What has passed to and from one lock. */
export interface Tally {
  roundTrips: number;
  bytes: number;
}

/** Counts what passes on another transport, lock by lock. */
export class TalliedTransport implements Transport {
  readonly #to: Transport;
  #tallies = new Map<string, Tally>();

  constructor(to: Transport) {
    this.#to = to;
  }

  /** By way, since this was last asked. */
  take(): Map<string, Tally> {
    const taken = this.#tallies;
    this.#tallies = new Map();
    return taken;
  }

  async open(via: string, options: OpenOptions): Promise<Channel> {
    const channel = await this.#to.open(via, options);
    return {
      closed: channel.closed,
      close: () => channel.close(),
      request: async (frame, how) => {
        const reply = await channel.request(frame, how);
        const tally = this.#tallies.get(via) ?? { roundTrips: 0, bytes: 0 };
        this.#tallies.set(via, tally);
        tally.roundTrips++;
        tally.bytes += frame.length + reply.length;
        return reply;
      },
    };
  }

  close(): Promise<void> {
    return this.#to.close();
  }
}
