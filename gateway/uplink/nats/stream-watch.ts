import type { Log } from "../../log.ts";
import type { NatsConnection } from "./nats-connection.ts";
import { streamWarnings } from "./stream-facts.ts";

/** Streams that are looked at; a site's locks are spread over a few. */
const STREAMS_MAX = 64;

/** Looks once in each connection at each stream that takes our events, and says what is wrong with it. */
export class StreamWatch {
  readonly #log: Log;
  readonly #warnings = new Map<string, readonly string[]>();
  #connection: NatsConnection | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Of all streams, in sentences. */
  get warnings(): string[] {
    return [...new Set([...this.#warnings.values()].flat())];
  }

  /** This stream has taken something over this connection. */
  seen(connection: NatsConnection, stream: string): void {
    if (this.#connection !== connection) this.#warnings.clear();
    this.#connection = connection;
    if (this.#warnings.has(stream) || this.#warnings.size >= STREAMS_MAX) return;
    this.#warnings.set(stream, []);
    void this.#look(connection, stream);
  }

  async #look(connection: NatsConnection, stream: string): Promise<void> {
    const facts = await connection.lookAt(stream);
    const warnings = facts
      ? streamWarnings(facts)
      : [`The stream ${stream} can not be looked at: the gateway may not read $JS.API.STREAM.INFO.${stream}.`];
    if (this.#connection !== connection) return;
    this.#warnings.set(stream, warnings);
    for (const warning of warnings) this.#log.warn({ stream }, warning);
  }
}
