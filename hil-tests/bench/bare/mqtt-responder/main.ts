import { connectAsync } from "mqtt";

/**
 * A backend that has everything at once: `main URL TOPIC` answers each batch with a receipt through its last event. Prints a
 * line when it listens.
 */
const [url, topic] = process.argv.slice(2) as [string, string];
const client = await connectAsync(url, { protocolVersion: 5 });
client.on("message", (of, payload, { properties }) => {
  const [lockId] = /[0-9a-f]{16}/.exec(of)!;
  const tail = payload.subarray(-200).toString("utf8");
  const answer = { durableThrough: [{ lockId, generation: 1, seq: Number(/"seq":(\d+)/.exec(tail)![1]) }] };
  const { responseTopic, correlationData } = properties!;
  client.publish(responseTopic!, JSON.stringify(answer), { qos: 1, properties: { correlationData: correlationData! } });
});
await client.subscribeAsync(topic, { qos: 1 });
process.stdout.write("listening\n");
process.once("SIGTERM", () => client.end(true));
