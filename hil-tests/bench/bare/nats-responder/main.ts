import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";

/**
 * A backend that has everything at once: `main URL REPLICAS SUBJECT` makes a stream for the subject, answers each batch with a
 * receipt through its last event, and prints a line when it listens. On SIGTERM it prints how much the stream has taken.
 */
const [url, replicas, subject] = process.argv.slice(2) as [string, string, string];
const connection = await connect({ servers: url });
const manager = await jetstreamManager(connection);
const stream = "BENCH";
const config = { subjects: [subject], num_replicas: Number(replicas), retention: RetentionPolicy.Workqueue };
await manager.streams.add({ name: stream, ...config });
await manager.consumers.add(stream, {
  durable_name: "responder",
  ack_policy: AckPolicy.Explicit,
  max_ack_pending: 10_000,
});
const consumer = await jetstream(connection).consumers.get(stream, "responder");
let payloadBytes = 0;
await consumer.consume({
  max_messages: 1_000,
  callback: (message) => {
    payloadBytes += message.data.length;
    const [lockId] = /[0-9a-f]{16}/.exec(message.subject)!;
    const tail = Buffer.from(message.data.subarray(-200)).toString("utf8");
    const answer = { durableThrough: [{ lockId, generation: 1, seq: Number(/"seq":(\d+)/.exec(tail)![1]) }] };
    const about = headers();
    about.set("Portvakt-Batch", message.headers!.get("Nats-Msg-Id"));
    connection.publish(message.headers!.get("Portvakt-Reply"), JSON.stringify(answer), { headers: about });
    message.ack();
  },
});
process.stdout.write("listening\n");
process.once("SIGTERM", () => {
  process.stdout.write(`${JSON.stringify({ payloadBytes })}\n`);
  void connection.close();
});
