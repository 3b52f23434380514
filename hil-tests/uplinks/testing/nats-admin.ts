import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  type StoredMsg,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";

export const STREAM = "PORTVAKT";
const COPIES_MAX = 4;

/** Who looks after the streams: the gateway makes none and deletes none. */
export class NatsAdmin {
  readonly connection: NatsConnection;
  readonly #manager: JetStreamManager;

  private constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.connection = connection;
    this.#manager = manager;
  }

  static async connect(servers: string[]): Promise<NatsAdmin> {
    const connection = await connect({
      servers,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 200,
      pingInterval: 1_000,
    });
    return new NatsAdmin(connection, await jetstreamManager(connection, { checkAPI: false }));
  }

  async addStream(config: Partial<StreamConfig> = {}): Promise<void> {
    await this.#manager.streams.add({
      name: STREAM,
      subjects: ["portvakt.*.locks.*.events", "portvakt.*.locks.*.alarms"],
      // As docs/events.md has it: what is acknowledged goes, and of a lock only a few copies wait while no backend is there.
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: COPIES_MAX,
      ...config,
    });
  }

  async deleteStream(): Promise<void> {
    await this.#manager.streams.delete(STREAM);
  }

  async updateStream(config: Partial<StreamConfig>): Promise<void> {
    await this.#manager.streams.update(STREAM, config);
  }

  info(stream: string = STREAM): Promise<StreamInfo> {
    return this.#manager.streams.info(stream);
  }

  /** What the stream has last on this subject; undefined if there is nothing. */
  async newest(stream: string, subject: string): Promise<StoredMsg | undefined> {
    return (await this.#manager.streams.getMessage(stream, { last_by_subj: subject })) ?? undefined;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
