import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MqttUplink } from "../../../gateway/uplink/mqtt/mqtt-uplink.ts";
import { Topics } from "../../../gateway/uplink/mqtt/topics.ts";
import { Program } from "../../rig-tools/program.ts";
import { findMosquitto, Mosquitto } from "../../uplinks/mosquitto.ts";
import { BareMqtt } from "../bare/mqtt.ts";
import { brokerRates, NO_DOWNLINK, SILENT } from "../broker-rates.ts";
import type { Row } from "../row.ts";

const RESPONDER = fileURLToPath(new URL("../bare/mqtt-responder/main.js", import.meta.url));

/** Undefined without mosquitto. */
export function drainMqtt(): Row | undefined {
  const mosquitto = findMosquitto();
  if (mosquitto === undefined) return undefined;
  return {
    name: "mqtt",
    how:
      "Batches of 100 events of eight locks, one batch in flight for each, through our uplink to a real mosquitto and back " +
      "as receipts, beside the library `mqtt` called directly with the same payloads ready made: in turns, same topics, QoS 1, " +
      "one reply for each. The backend is a process of its own that answers at once.",

    async measure(bench) {
      const { clock, random, directory } = bench;
      const topics = new Topics("bench", "00000000000000aa");
      const broker = await Mosquitto.start(mosquitto, directory);
      const args = [broker.url, "portvakt/bench/locks/+/events"];
      const responder = new Program(clock, "responder", RESPONDER, args, join(directory, "responder.log"));
      await responder.firstLine();
      const uplink = new MqttUplink({
        clock,
        random,
        log: SILENT,
        topics,
        access: { url: broker.url, clientId: "ours", keepAliveSeconds: 30 },
        commands: false,
        isPaired: () => false,
        retained: () => new Map(),
        leftOver: () => [],
      });
      await uplink.start(NO_DOWNLINK);
      const bare = await BareMqtt.connect(broker.url, "portvakt/bench/replies/bare");
      const figures = await brokerRates(bench, "MQTT", uplink, (batch, payload) =>
        bare.send(topics.events(batch[0]!.subject), payload),
      );
      await Promise.all([uplink.close(), bare.close()]);
      await responder.stop();
      await broker.kill();
      return figures;
    },
  };
}
