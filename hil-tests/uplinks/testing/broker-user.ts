import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";

/** A message as somebody at the broker sees it. */
export interface Seen {
  topic: string;
  text: string;
  correlation: string | undefined;
}

/** Somebody at the broker who is neither gateway nor backend: Home Assistant, a planner, a stranger. */
export class BrokerUser {
  readonly client: MqttClient;
  readonly seen: Seen[] = [];

  private constructor(client: MqttClient) {
    this.client = client;
    client.on("message", (topic, payload, { properties }) => {
      const correlation = properties?.correlationData?.toString();
      this.seen.push({ topic, text: payload.toString("utf8"), correlation });
    });
  }

  static async connect(url: string, ...topics: string[]): Promise<BrokerUser> {
    const options: IClientOptions = { protocolVersion: 5, reconnectPeriod: 0 };
    const user = new BrokerUser(await connectAsync(url, options));
    if (topics.length > 0) await user.client.subscribeAsync(topics, { qos: 1 });
    return user;
  }

  /** What was last said on the topic. */
  newest(topic: string): string | undefined {
    return this.seen.findLast((message) => message.topic === topic)?.text;
  }

  async end(): Promise<void> {
    await this.client.endAsync(true);
  }
}
