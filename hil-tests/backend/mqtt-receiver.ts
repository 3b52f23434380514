import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import type { Bundle } from "../../gateway/fleet/bundle.ts";
import type { BackendAnswer } from "../../gateway/uplink/backend-answer.ts";
import type { Backend } from "./backend.ts";
import type { BackendIssuer } from "./backend-issuer.ts";
import { writeAnswer } from "./write-answer.ts";

const RECONNECT_EVERY_MS = 100;

type PublishProperties = NonNullable<IPublishPacket["properties"]>;

export interface MqttReceiverOptions extends IClientOptions {
  url: string;
  site: string;
  /** Where the rights are made here too. */
  issuer?: BackendIssuer;
}

/**
 * A backend's receiver at an MQTT 5 broker, as a rig for the gateway's uplink. A batch is acknowledged to the broker when it is
 * on the disk, and the receipt goes to the topic that the batch names.
 */
export class MqttReceiver {
  readonly #backend: Backend;
  readonly #issuer: BackendIssuer | undefined;
  readonly #site: string;
  readonly #client: MqttClient;
  readonly #listening: Promise<void>;
  readonly #replyTopic: string;
  /** By correlation data, who waits for the outcome of an order. */
  readonly #outcomes = new Map<string, (outcome: unknown) => void>();
  #orders = 0;
  /** Takes events, but says nothing of them, while set. */
  isSilent = false;
  batches = 0;

  constructor(backend: Backend, { url, site, issuer, ...options }: MqttReceiverOptions) {
    this.#backend = backend;
    this.#issuer = issuer;
    this.#site = site;
    this.#client = connect(url, { protocolVersion: 5, reconnectPeriod: RECONNECT_EVERY_MS, ...options });
    this.#replyTopic = `portvakt/${site}/replies/backend`;
    this.#client.on("message", (topic, payload, packet) => this.#hear(topic, payload, packet));
    // The broker may be away: it is tried again.
    this.#client.on("error", () => {});
    const connected = new Promise<void>((resolve) => this.#client.once("connect", () => resolve()));
    this.#listening = connected.then(async () => {
      const ofLocks = ["events", "alarms", ...(issuer ? ["report"] : [])];
      const topics = ofLocks.map((what) => `portvakt/${site}/locks/+/${what}`);
      const ofIssuer = issuer ? [`portvakt/${site}/gateways/+/results`, this.#replyTopic] : [];
      await this.#client.subscribeAsync([...topics, ...ofIssuer], { qos: 1 });
    });
  }

  /** Resolves when events are taken. */
  listening(): Promise<void> {
    return this.#listening;
  }

  /** Says something unasked. */
  async tell(gatewayId: string, answer: BackendAnswer): Promise<void> {
    const topic = `portvakt/${this.#site}/gateways/${gatewayId}/answers`;
    await this.#client.publishAsync(topic, writeAnswer(answer), { qos: 1 });
  }

  /** Has a signed order carried to its lock; resolves with the outcome as the gateway puts it. */
  async order(lockId: string, order: Uint8Array): Promise<unknown> {
    const correlation = String(++this.#orders);
    const outcome = new Promise((resolve) => this.#outcomes.set(correlation, resolve));
    const payload = JSON.stringify({ order: Buffer.from(order).toString("base64") });
    const properties = { responseTopic: this.#replyTopic, correlationData: Buffer.from(correlation) };
    await this.#client.publishAsync(`portvakt/${this.#site}/locks/${lockId}/orders`, payload, { qos: 1, properties });
    return outcome;
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  /** What gateways need by what they said last: since people have decided something. */
  async bring(gatewayId: string): Promise<void> {
    await this.#give(gatewayId, this.#issuer?.needs(gatewayId) ?? []);
  }

  #hear(topic: string, payload: Buffer, { properties = {} }: IPublishPacket): void {
    // Of a lock that is unpaired nothing is kept.
    if (payload.length === 0) return;
    const json = JSON.parse(payload.toString("utf8")) as unknown;
    if (topic === this.#replyTopic) this.#outcomes.get(String(properties.correlationData))?.(json);
    else if (/\/(report|results)$/.test(topic)) void this.#hearReport(json as { gatewayId: string });
    else void this.#hearEvents(topic, json as unknown[], properties);
  }

  async #hearReport(json: { gatewayId: string }): Promise<void> {
    await this.#give(json.gatewayId, (await this.#issuer?.hearFromBroker(json)) ?? []);
  }

  async #give(gatewayId: string, bundles: readonly Bundle[]): Promise<void> {
    for (const bundle of bundles) await this.tell(gatewayId, { documents: { ok: true, bundle } });
  }

  async #hearEvents(topic: string, batch: unknown[], properties: PublishProperties): Promise<void> {
    this.batches++;
    const answer = await this.#backend.answer(batch, laneOf(topic));
    const { responseTopic, correlationData } = properties;
    if (this.isSilent || responseTopic === undefined) return;
    this.#client.publish(responseTopic, writeAnswer(answer), {
      qos: 1,
      properties: { contentType: "application/json", ...(correlationData && { correlationData }) },
    });
  }
}

function laneOf(topic: string): "alarm" | "ordinary" {
  return topic.endsWith("/alarms") ? "alarm" : "ordinary";
}
