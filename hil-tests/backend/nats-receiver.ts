import { AckPolicy, type ConsumerMessages, type JsMsg, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Bundle } from "../../gateway/fleet/bundle.ts";
import type { BackendAnswer } from "../../gateway/uplink/backend-answer.ts";
import { type Clock, delay } from "../../protocol/clock.ts";
import type { Backend } from "./backend.ts";
import type { BackendIssuer } from "./backend-issuer.ts";
import { writeAnswer } from "./write-answer.ts";

const RECONNECT_EVERY_MS = 200;
/** A message that is not acknowledged by then is given again, to whichever backend of this partition asks. */
const ACK_WAIT_NANOS = 30_000_000_000;
const ORDER_WITHIN_MS = 30_000;
const LANES = ["events", "alarms"] as const;

export interface NatsReceiverOptions extends NodeConnectionOptions {
  site: string;
  /** The stream of this backend's partition. */
  stream: string;
  /** Where the rights are made here too. */
  issuer?: BackendIssuer;
  /** Of the durable consumers' names: all backends of one partition have the same. */
  durable: string;
  /** As the stream has the lanes' subjects; by default as the gateway publishes them. */
  subjectOf?: (lane: "events" | "alarms") => string;
}

/**
 * A backend's receiver at NATS JetStream: a durable pull consumer for each lane. A message is acknowledged to the server when it
 * is on the disk and its receipt is sent. When the server has lost the stream or the consumer, it is made anew; what it holds is
 * given again from the beginning, and changes nothing.
 */
export class NatsReceiver {
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #options: NatsReceiverOptions;
  readonly #connection: NatsConnection;
  readonly #closing = new AbortController();
  readonly #consumed = new Set<ConsumerMessages>();
  #ended: Promise<unknown> = Promise.resolve();
  /** Takes events, but says nothing of them, while set. */
  isSilent = false;
  batches = 0;

  private constructor(backend: Backend, clock: Clock, connection: NatsConnection, options: NatsReceiverOptions) {
    this.#backend = backend;
    this.#clock = clock;
    this.#connection = connection;
    this.#options = options;
  }

  static async start(backend: Backend, clock: Clock, options: NatsReceiverOptions): Promise<NatsReceiver> {
    const { site, stream: _, durable: __, subjectOf: ___, issuer, ...access } = options;
    const connection = await connect({
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_EVERY_MS,
      waitOnFirstConnect: true,
      pingInterval: 1_000,
      ...access,
    });
    const receiver = new NatsReceiver(backend, clock, connection, options);
    if (issuer) {
      for (const subject of [`portvakt.${site}.locks.*.report`, `portvakt.${site}.gateways.*.results`]) {
        connection.subscribe(subject, {
          callback: (error, message) => {
            if (!error) void receiver.#hearReport(message.json());
          },
        });
      }
    }
    receiver.#ended = Promise.all(LANES.map((lane) => receiver.#take(lane)));
    return receiver;
  }

  /** Says something unasked. */
  tell(gatewayId: string, answer: BackendAnswer): void {
    this.#connection.publish(`portvakt.${this.#options.site}.gateways.${gatewayId}.answers`, writeAnswer(answer));
  }

  /** What gateways need by what they said last: since people have decided something. */
  bring(gatewayId: string): void {
    this.#give(gatewayId, this.#options.issuer?.needs(gatewayId) ?? []);
  }

  /** Has a signed order carried to its lock; resolves with the outcome as the gateway puts it. */
  async order(lockId: string, order: Uint8Array): Promise<unknown> {
    const payload = JSON.stringify({ order: Buffer.from(order).toString("base64") });
    const subject = `portvakt.${this.#options.site}.locks.${lockId}.orders`;
    return (await this.#connection.request(subject, payload, { timeout: ORDER_WITHIN_MS })).json();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const messages of this.#consumed) messages.stop();
    await this.#connection.close();
    await this.#ended;
  }

  async #take(lane: "events" | "alarms"): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#takeUntilTrouble(lane);
      } catch {
        // The stream, its leader or the server is away: they are asked again.
      }
      await delay(this.#clock, RECONNECT_EVERY_MS, this.#closing.signal).catch(() => {});
    }
  }

  async #takeUntilTrouble(lane: "events" | "alarms"): Promise<void> {
    const { site, stream, durable, subjectOf } = this.#options;
    const name = `${durable}-${lane}`;
    const manager = await jetstreamManager(this.#connection, { checkAPI: false });
    await manager.consumers.add(stream, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_NANOS,
      filter_subject: subjectOf?.(lane) ?? `portvakt.${site}.locks.*.${lane}`,
    });
    const consumer = await jetstream(this.#connection).consumers.get(stream, name);
    const messages = await consumer.consume({ abort_on_missing_resource: true, expires: 2_000 });
    this.#consumed.add(messages);
    try {
      for await (const message of messages) await this.#hear(message, lane);
    } finally {
      this.#consumed.delete(messages);
    }
  }

  async #hearReport(json: { gatewayId: string }): Promise<void> {
    this.#give(json.gatewayId, (await this.#options.issuer?.hearFromBroker(json)) ?? []);
  }

  #give(gatewayId: string, bundles: readonly Bundle[]): void {
    for (const bundle of bundles) this.tell(gatewayId, { documents: { ok: true, bundle } });
  }

  /** The receipt before the acknowledgement: with the other order a crash in between would leave the gateway without one. */
  async #hear(message: JsMsg, lane: "events" | "alarms"): Promise<void> {
    this.batches++;
    const answer = await this.#backend.answer(message.json<unknown[]>(), lane === "alarms" ? "alarm" : "ordinary");
    const replyTo = message.headers?.get("Portvakt-Reply");
    if (replyTo && !this.isSilent) {
      const about = headers();
      about.set("Portvakt-Batch", message.headers?.get("Nats-Msg-Id") ?? "");
      this.#connection.publish(replyTo, writeAnswer(answer), { headers: about });
    }
    message.ack();
  }
}
