import type { Clock, Timer } from "../../../protocol/clock.ts";
import { UplinkError } from "../uplink.ts";
import type { BrokerConnection } from "./broker-connection.ts";

const LOOK_EVERY_MS = 1_000;

/** Keeps the broker's retained messages as they should be: by topic, what there should be, and nothing of ours besides. */
export class RetainedFeed {
  readonly #clock: Clock;
  readonly #wanted: () => ReadonlyMap<string, string>;
  /** What this connection's broker has; an empty text where it is to have nothing. */
  readonly #published = new Map<string, string>();
  #connection: BrokerConnection | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, wanted: () => ReadonlyMap<string, string>) {
    this.#clock = clock;
    this.#wanted = wanted;
  }

  start(connection: BrokerConnection): void {
    this.#connection = connection;
    this.#look();
  }

  /** The connection has ended. The broker of the next one may have forgotten everything: all is published anew. */
  stop(): void {
    this.#timer?.cancel();
    this.#connection = undefined;
    this.#published.clear();
  }

  /** This topic has something of ours from before, or somebody's in our name. It may be said before the start. */
  found(topic: string): void {
    if (!this.#published.has(topic)) this.#published.set(topic, "from before");
  }

  #look(): void {
    const connection = this.#connection;
    if (!connection) return;
    void this.#publishChanges(connection).then(() => {
      if (this.#connection === connection) this.#timer = this.#clock.schedule(LOOK_EVERY_MS, () => this.#look());
    });
  }

  async #publishChanges(connection: BrokerConnection): Promise<void> {
    const wanted = this.#wanted();
    for (const topic of new Set([...wanted.keys(), ...this.#published.keys()])) {
      const payload = wanted.get(topic) ?? "";
      if (this.#published.get(topic) === payload) continue;
      try {
        await connection.publish({ topic, payload, isRetained: true, contentType: "application/json" });
      } catch (error) {
        // If the connection has ended, the next one begins anew; if the broker refuses this one, it is tried again.
        if (!(error instanceof UplinkError)) throw error;
        continue;
      }
      if (payload === "") this.#published.delete(topic);
      else this.#published.set(topic, payload);
    }
  }
}
