import { connectAsync, type MqttClient } from "mqtt";

/** The library `mqtt` called directly: one publish at QoS 1, and one reply, for each payload. */
export class BareMqtt {
  readonly #client: MqttClient;
  readonly #replyTopic: string;
  readonly #awaited = new Map<string, () => void>();
  #sent = 0;

  private constructor(client: MqttClient, replyTopic: string) {
    this.#client = client;
    this.#replyTopic = replyTopic;
    client.on("message", (_topic, _payload, { properties }) => {
      const correlation = properties!.correlationData!.toString();
      this.#awaited.get(correlation)!();
      this.#awaited.delete(correlation);
    });
  }

  static async connect(url: string, replyTopic: string): Promise<BareMqtt> {
    const client = await connectAsync(url, { protocolVersion: 5 });
    await client.subscribeAsync(replyTopic, { qos: 1 });
    return new BareMqtt(client, replyTopic);
  }

  /** Resolves when the broker has acknowledged it and the reply is here. */
  async send(topic: string, payload: string): Promise<void> {
    const correlation = `${this.#sent++}`;
    const replied = new Promise<void>((resolve) => this.#awaited.set(correlation, resolve));
    const properties = { responseTopic: this.#replyTopic, correlationData: Buffer.from(correlation) };
    await Promise.all([this.#client.publishAsync(topic, payload, { qos: 1, properties }), replied]);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
