import { opensslSuite } from "../../../crypto/openssl.ts";
import type { ActOutcome } from "../../../gateway/api/services.ts";
import { HttpUplink } from "../../../gateway/uplink/http.ts";
import { composeMqtt } from "../../../gateway/uplink/mqtt/compose-mqtt.ts";
import type { MqttUplink } from "../../../gateway/uplink/mqtt/mqtt-uplink.ts";
import { composeNats } from "../../../gateway/uplink/nats/compose-nats.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { MqttReceiver } from "../../backend/mqtt-receiver.ts";
import { NatsReceiver } from "../../backend/nats-receiver.ts";
import { Receiver } from "../../backend/receiver.ts";
import { Mosquitto } from "../mosquitto.ts";
import { NatsServer } from "../nats-server.ts";
import type { FleetSite, FleetWay } from "./fleet-site.ts";
import { NatsAdmin, STREAM } from "./nats-admin.ts";

export const SITE = "stair-4";
const COMMON = { batchMax: 20, hasReports: true, commands: false, keepAliveSeconds: 30 };

/** The gateway asks; orders go to its own API, for which its actions stand here. */
export async function overHttp({ backend, issuer }: FleetSite): Promise<FleetWay> {
  const receiver = new Receiver(backend, issuer);
  const url = await receiver.start(0);
  return {
    uplink: ({ clock }) =>
      new HttpUplink(opensslSuite, clock, { url: `${url}/events`, auth: { kind: "none" }, askEveryMs: 5_000 }),
    order: async ({ gateway, lockId }, order) => asTold(await gateway.services.actions.carry(lockId, order)),
    changed() {},
    close: () => receiver.close(),
  };
}

/** With the broker itself, for what may happen to it, and what the gateway thinks of it. */
export interface MqttWay extends FleetWay {
  broker: Mosquitto;
  uplinkNow: () => MqttUplink;
}

export async function overMqtt(program: string, site: FleetSite): Promise<MqttWay> {
  let uplink: MqttUplink;
  const { backend, issuer, folder } = site;
  const broker = await Mosquitto.start(program, folder);
  const receiver = new MqttReceiver(backend, { url: broker.url, site: SITE, issuer });
  await receiver.listening();
  return {
    broker,
    uplinkNow: () => uplink,
    uplink: (world) => {
      uplink = composeMqtt({ ...COMMON, kind: "mqtt", url: broker.url, site: SITE }, world);
      return uplink;
    },
    order: ({ lockId }, order) => receiver.order(lockId, order),
    changed: (gatewayId) => void receiver.bring(gatewayId),
    close: async () => {
      await receiver.close();
      await broker.kill();
    },
  };
}

export async function overNats(program: string, site: FleetSite): Promise<FleetWay> {
  const { backend, issuer, folder, clock } = site;
  const server = await NatsServer.start(program, folder, "n1");
  const admin = await NatsAdmin.connect([server.url]);
  await admin.addStream();
  const access = { servers: [server.url], site: SITE, stream: STREAM, durable: "backend", issuer };
  const receiver = await NatsReceiver.start(backend, clock, access);
  return {
    uplink: (world) => composeNats({ ...COMMON, kind: "nats", urls: [server.url], site: SITE }, world),
    order: ({ lockId }, order) => receiver.order(lockId, order),
    changed: (gatewayId) => receiver.bring(gatewayId),
    close: async () => {
      await receiver.close();
      await admin.close();
      await server.kill();
    },
  };
}

/** As a broker's user is told. */
function asTold({ kind, ...outcome }: ActOutcome): object {
  const detail = kind === "refused" ? { detail: "" } : {};
  const challenge = "challenge" in outcome && outcome.challenge ? { challenge: toHex(outcome.challenge) } : {};
  return { outcome: kind, ...detail, ...outcome, ...challenge };
}
