import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import type { BackendAnswer } from "../../gateway/uplink/backend-answer.ts";
import type { Backend } from "./backend.ts";
import { writeAnswer } from "./write-answer.ts";

const RECONNECT_EVERY_MS = 100;

export interface MqttReceiverOptions extends IClientOptions {
  url: string;
  site: string;
}

/**
 * A backend's receiver at an MQTT 5 broker, as a rig for the gateway's uplink. A batch is acknowledged to the broker when it is
 * on the disk, and the receipt goes to the topic that the batch names.
 */
export class MqttReceiver {
  readonly #backend: Backend;
  readonly #site: string;
  readonly #client: MqttClient;
  readonly #listening: Promise<void>;
  /** Takes events, but says nothing of them, while set. */
  isSilent = false;
  batches = 0;

  constructor(backend: Backend, { url, site, ...options }: MqttReceiverOptions) {
    this.#backend = backend;
    this.#site = site;
    this.#client = connect(url, { protocolVersion: 5, reconnectPeriod: RECONNECT_EVERY_MS, ...options });
    this.#client.on("message", (topic, payload, packet) => this.#hear(topic, payload, packet));
    // The broker may be away: it is tried again.
    this.#client.on("error", () => {});
    const connected = new Promise<void>((resolve) => this.#client.once("connect", () => resolve()));
    this.#listening = connected.then(async () => {
      const topics = ["events", "alarms"].map((lane) => `portvakt/${site}/locks/+/${lane}`);
      await this.#client.subscribeAsync(topics, { qos: 1 });
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

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #hear(topic: string, payload: Buffer, { properties = {} }: IPublishPacket): void {
    this.batches++;
    const answer = this.#backend.receive(JSON.parse(payload.toString("utf8")) as unknown[], laneOf(topic));
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
