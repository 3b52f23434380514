import { type JetStreamClient, jetstream } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";

/** The NATS libraries called directly: one publish to a stream, and one reply, for each payload. */
export class BareNats {
  readonly #connection: NatsConnection;
  readonly #jetstream: JetStreamClient;
  readonly #replySubject: string;
  readonly #awaited = new Map<string, () => void>();
  #sent = 0;

  private constructor(connection: NatsConnection, replySubject: string) {
    this.#connection = connection;
    this.#jetstream = jetstream(connection);
    this.#replySubject = replySubject;
    connection.subscribe(replySubject, {
      callback: (_error, message) => {
        const id = message.headers!.get("Portvakt-Batch");
        this.#awaited.get(id)!();
        this.#awaited.delete(id);
      },
    });
  }

  static async connect(url: string, replySubject: string): Promise<BareNats> {
    return new BareNats(await connect({ servers: url }), replySubject);
  }

  /** Resolves when the stream has acknowledged it and the reply is here. */
  async send(subject: string, payload: string): Promise<void> {
    const msgID = `bare-${this.#sent++}`;
    const about = headers();
    about.set("Content-Type", "application/cloudevents-batch+json");
    about.set("Portvakt-Reply", this.#replySubject);
    const replied = new Promise<void>((resolve) => this.#awaited.set(msgID, resolve));
    await Promise.all([this.#jetstream.publish(subject, payload, { msgID, headers: about }), replied]);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
