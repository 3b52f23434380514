import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Reports } from "../../fleet/lock-report.ts";
import type { Log } from "../../log.ts";
import type { BackendAnswer } from "../backend-answer.ts";
import { Broker, RECONNECT } from "../broker/broker.ts";
import type { Incoming } from "../broker/message.ts";
import { Receipts } from "../broker/receipts.ts";
import { type RefusalName, Refusals } from "../broker/refusals.ts";
import { Requests } from "../broker/requests.ts";
import { BATCH_CONTENT_TYPE, type CloudEvent } from "../cloud-event.ts";
import { readAnswer } from "../read-answer.ts";
import { type Downlink, type Lane, type Uplink, UplinkError } from "../uplink.ts";
import { type BrokerAccess, BrokerConnection } from "./broker-connection.ts";
import { RetainedFeed } from "./retained-feed.ts";
import type { Topics } from "./topics.ts";

const CONNECTED_WITHIN_MS = 5_000;
/** Without the backend's receipt by then the events are given again; the broker drops them about then. */
const RECEIPT_WITHIN_MS = 30_000;
const CORRELATION_BYTES = 12;
const REPLY_LIVES_SECONDS = 5 * 60;

export interface MqttUplinkParts {
  clock: Clock;
  random: Random;
  log: Log;
  topics: Topics;
  access: Omit<BrokerAccess, "will">;
  /** Whether the gateway signs what the broker commands. */
  commands: boolean;
  isPaired: (lockId: string) => boolean;
  /** What the broker shall keep about our locks, by topic. */
  retained: () => ReadonlyMap<string, string>;
  /** Topics where something about a lock may be left that is ours no more. */
  leftOver: (lockId: string) => readonly string[];
}

/**
 * Events over an MQTT 5 broker (docs/events.md). That the broker acknowledges a batch means nothing: it may forget it the next
 * moment. Only the backend's own answer, on our reply topic, ends a delivery.
 */
export class MqttUplink implements Uplink {
  readonly name: string;
  readonly hasLanes = true;
  readonly #parts: MqttUplinkParts;
  readonly #broker: Broker<BrokerConnection>;
  readonly #receipts: Receipts;
  readonly #refusals: Refusals;
  readonly #feed: RetainedFeed;
  /** By lock, the newest. */
  readonly #reports = new Map<string, string>();
  #downlink: Downlink | undefined;
  #requests: Requests | undefined;

  constructor(parts: MqttUplinkParts) {
    const { clock, random, log } = parts;
    this.#parts = parts;
    this.#receipts = new Receipts(clock);
    this.#refusals = new Refusals(log);
    this.#feed = new RetainedFeed(clock, () => this.#retained());
    this.#broker = new Broker({
      name: new URL(parts.access.url).host,
      clock,
      random,
      log,
      reconnect: RECONNECT,
      open: (ended, stop) => this.#open(ended, stop),
      connected: (connection) => this.#announce(connection),
      disconnected: (trouble) => this.#disconnected(trouble),
    });
    this.name = this.#broker.name;
  }

  /** Messages that were taken no notice of, by why. */
  get refusals(): ReadonlyMap<RefusalName, number> {
    return this.#refusals.counts;
  }

  async start(downlink: Downlink): Promise<void> {
    const { clock, topics, commands, isPaired } = this.#parts;
    this.#downlink = downlink;
    this.#requests = new Requests({
      clock,
      downlink,
      commands,
      isPaired,
      isReplyTopic: (topic) => topics.isReplyTopic(topic),
      refused: (name, topic) => this.#refusals.note(name, topic),
      reply: (topic, correlation, payload) => this.#reply(topic, correlation, payload),
    });
    this.#broker.start();
  }

  async deliver(batch: readonly CloudEvent[], lane: Lane): Promise<BackendAnswer> {
    const { random, topics } = this.#parts;
    const connection = await this.#broker.connectionWithin(CONNECTED_WITHIN_MS);
    const correlation = random.bytes(CORRELATION_BYTES);
    let whoIsThere = "the backend has not answered";
    const late = () => new UplinkError("unreachable", `${this.name} is connected, but ${whoIsThere}`);
    const [{ subject }] = batch as [CloudEvent];
    try {
      const [answer] = await Promise.all([
        this.#receipts.expect(correlation, RECEIPT_WITHIN_MS, late),
        connection
          .publish({
            topic: lane === "alarm" ? topics.alarms(subject) : topics.events(subject),
            payload: JSON.stringify(batch),
            contentType: BATCH_CONTENT_TYPE,
            responseTopic: topics.receipts,
            correlation,
            // Copies for a backend that is away for weeks would pile up at the broker; they are given again all the same.
            expiresInSeconds: Math.ceil(RECEIPT_WITHIN_MS / 1000),
          })
          .then(({ hasReader }) => {
            if (!hasReader) whoIsThere = "no backend listens there";
          }),
      ]);
      return answer;
    } finally {
      this.#receipts.forget(correlation);
    }
  }

  /** The broker keeps the newest report of each lock, and gets all of them again with each connection. */
  async report({ gatewayId, reports, results }: Reports): Promise<BackendAnswer> {
    const connection = await this.#broker.connectionWithin(CONNECTED_WITHIN_MS);
    for (const report of reports) this.#reports.set(report.lockId, JSON.stringify(report));
    if (results.length > 0) {
      const { results: topic } = this.#parts.topics;
      const payload = JSON.stringify({ gatewayId, results });
      await connection.publish({ topic, payload, contentType: "application/json" });
    }
    return {};
  }

  async close(): Promise<void> {
    this.#feed.stop();
    const { gatewayState: topic } = this.#parts.topics;
    // Said in peace, as the will is published only when we are gone without a word.
    await this.#broker.close((connection) => connection.publish({ topic, payload: "offline", isRetained: true }));
    this.#receipts.failAll(new UplinkError("unreachable", "the gateway stops"));
  }

  #retained(): ReadonlyMap<string, string> {
    const { retained, topics, isPaired } = this.#parts;
    for (const lockId of this.#reports.keys()) if (!isPaired(lockId)) this.#reports.delete(lockId);
    const reports = [...this.#reports].map(([lockId, text]): [string, string] => [topics.report(lockId), text]);
    return new Map([...retained(), ...reports]);
  }

  async #open(ended: (trouble: string) => void, stop: AbortSignal): Promise<BrokerConnection> {
    const { clock, topics, access } = this.#parts;
    const will = { topic: topics.gatewayState, payload: "offline" };
    const heard = (message: Incoming) => this.#hear(message);
    const connection = await BrokerConnection.open({ ...access, will }, clock, { heard, ended }, stop);
    try {
      await connection.subscribe(topics.subscriptions);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  async #announce(connection: BrokerConnection): Promise<void> {
    const { gatewayState: topic } = this.#parts.topics;
    await connection.publish({ topic, payload: "online", isRetained: true });
    this.#feed.start(connection);
  }

  #disconnected(trouble: string): void {
    this.#feed.stop();
    this.#receipts.failAll(new UplinkError("unreachable", trouble));
  }

  #hear(message: Incoming): void {
    const topic = this.#parts.topics.parse(message.topic);
    switch (topic?.kind) {
      case "receipts":
      case "answers":
        this.#hearAnswer(topic.kind, message);
        break;
      case "orders":
        this.#requests?.order(topic.lockId, message);
        break;
      case "commands":
        this.#requests?.command(topic.lockId, message);
        break;
      case "state":
        this.#hearState(topic.lockId, message);
        break;
      case undefined:
        this.#refusals.note("unknown-topic", message.topic);
        break;
    }
  }

  #hearAnswer(kind: "receipts" | "answers", { topic, payload, isRetained, correlation }: Incoming): void {
    const answer = this.#read(payload);
    if (isRetained) this.#refusals.note("retained", topic);
    else if (kind === "receipts" && this.#receipts.arrived(correlation, answer)) return;
    else if (answer instanceof UplinkError) this.#refusals.note("malformed", topic);
    // It comes unasked, or too late: it counts for what it says of itself.
    else this.#downlink?.answer(answer);
  }

  #read(payload: Uint8Array): BackendAnswer | UplinkError {
    try {
      return readAnswer(this.name, Buffer.from(payload).toString("utf8"));
    } catch (error) {
      if (error instanceof UplinkError) return error;
      throw error;
    }
  }

  /** The state of a lock that was unpaired while there was no connection stays at the broker until it is cleared. */
  #hearState(lockId: string, { payload }: Incoming): void {
    const isOurs = gatewayOf(payload) === this.#parts.topics.gatewayId;
    if (!isOurs || this.#parts.isPaired(lockId)) return;
    for (const topic of this.#parts.leftOver(lockId)) this.#feed.found(topic);
  }

  #reply(topic: string, correlation: Uint8Array | undefined, payload: string): void {
    const { connection } = this.#broker;
    // Without a connection the outcome is lost, as it may be on any way; the lock's log tells it all the same.
    void connection
      ?.publish({
        topic,
        payload,
        contentType: "application/json",
        expiresInSeconds: REPLY_LIVES_SECONDS,
        ...(correlation && { correlation }),
      })
      .catch((error: unknown) => {
        if (!(error instanceof UplinkError)) throw error;
      });
  }
}

/** Who published a lock's state; undefined if that can not be read. */
function gatewayOf(payload: Uint8Array): unknown {
  try {
    const json: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    return typeof json === "object" && json !== null && "gateway" in json ? json.gateway : undefined;
  } catch {
    return undefined;
  }
}
