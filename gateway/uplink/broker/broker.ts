import { type Clock, delay } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import { Backoff } from "../../link/backoff.ts";
import type { Log } from "../../log.ts";
import { UplinkError } from "../uplink.ts";

export const RECONNECT = { firstMs: 1_000, maxMs: 60_000 };
/** A connection that ends sooner has solved nothing: the next try waits longer than the one before. */
const STEADY_AFTER_MS = 30_000;

/** A connection that ends for good. */
interface Closable {
  close(): Promise<void>;
}

export interface BrokerParts<Connection extends Closable> {
  /** For messages. */
  name: string;
  clock: Clock;
  random: Random;
  log: Log;
  reconnect: { firstMs: number; maxMs: number };
  /**
   * `ended` is called once, when the connection that it resolves with has ended. Rejects with UplinkError, soon after `stop`
   * aborts at the latest.
   */
  open: (ended: (trouble: string) => void, stop: AbortSignal) => Promise<Connection>;
  /** Before others get the connection. Rejects with UplinkError. */
  connected: (connection: Connection) => Promise<void>;
  disconnected: (trouble: string) => void;
}

/** Keeps up a connection to the broker: when one has ended, there will be another. */
export class Broker<Connection extends Closable> {
  readonly name: string;
  readonly #parts: BrokerParts<Connection>;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<(connection?: Connection) => void>();
  #connection: Connection | undefined;
  #trouble: string;
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: BrokerParts<Connection>) {
    this.#parts = parts;
    this.name = parts.name;
    this.#trouble = `${this.name} has not answered yet`;
    this.#backoff = new Backoff(parts.random, parts.reconnect);
  }

  start(): void {
    this.#ended = this.#keepConnected();
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Rejects with UplinkError if there is no connection within this time. */
  connectionWithin(withinMs: number): Promise<Connection> {
    if (this.#connection) return Promise.resolve(this.#connection);
    return new Promise((resolve, reject) => {
      const take = (connection?: Connection) => {
        timer.cancel();
        this.#waiting.delete(take);
        if (connection) resolve(connection);
        else reject(new UplinkError("unreachable", this.#trouble));
      };
      const timer = this.#parts.clock.schedule(withinMs, take);
      this.#waiting.add(take);
    });
  }

  /** Says goodbye to the broker after `farewell`, if there is a connection. */
  async close(farewell: (connection: Connection) => Promise<unknown>): Promise<void> {
    this.#closing.abort();
    for (const take of [...this.#waiting]) take();
    const connection = this.#connection;
    if (connection) {
      await farewell(connection).catch(ignoreUplinkErrors);
      await connection.close();
    }
    await this.#ended;
  }

  async #keepConnected(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#closing.signal.aborted) {
      const beganAtMs = clock.monotonicMs();
      this.#note(await this.#connectOnce());
      if (clock.monotonicMs() - beganAtMs > STEADY_AFTER_MS) this.#backoff.reset();
      // The end of the wait by closing is no trouble.
      await delay(clock, this.#backoff.nextMs(), this.#closing.signal).catch(() => {});
    }
  }

  /** Settles when the connection has ended, or has not come about, with why. */
  async #connectOnce(): Promise<string> {
    const { open, connected } = this.#parts;
    let ended = (_trouble: string) => {};
    const end = new Promise<string>((resolve) => {
      ended = resolve;
    });
    let connection: Connection | undefined;
    try {
      connection = await open(ended, this.#closing.signal);
      await connected(connection);
    } catch (error) {
      if (!(error instanceof UplinkError)) throw error;
      await connection?.close();
      return error.message;
    }
    this.#lend(connection);
    return end;
  }

  #lend(connection: Connection): void {
    this.#connection = connection;
    this.#parts.log.info({}, `The broker ${this.name} is connected.`);
    for (const take of [...this.#waiting]) take(connection);
    // It was being opened when the gateway was told to stop.
    if (this.#closing.signal.aborted) void connection.close();
  }

  #note(trouble: string): void {
    this.#connection = undefined;
    if (this.#closing.signal.aborted) return;
    if (trouble !== this.#trouble) this.#parts.log.warn({}, `${trouble}.`);
    this.#trouble = trouble;
    this.#parts.disconnected(trouble);
  }
}

function ignoreUplinkErrors(error: unknown): void {
  if (!(error instanceof UplinkError)) throw error;
}
