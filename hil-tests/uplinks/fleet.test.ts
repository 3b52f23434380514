import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import type { ActOutcome } from "../../gateway/api/services.ts";
import { HttpUplink } from "../../gateway/uplink/http.ts";
import { composeMqtt } from "../../gateway/uplink/mqtt/compose-mqtt.ts";
import { composeNats } from "../../gateway/uplink/nats/compose-nats.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { MqttReceiver } from "../backend/mqtt-receiver.ts";
import { NatsReceiver } from "../backend/nats-receiver.ts";
import { Receiver } from "../backend/receiver.ts";
import { findMosquitto, Mosquitto } from "./mosquitto.ts";
import { findNatsServer, NatsServer } from "./nats-server.ts";
import { FleetSite, type FleetWay } from "./testing/fleet-site.ts";
import { tellFleetStory } from "./testing/fleet-story.ts";
import { NatsAdmin, STREAM } from "./testing/nats-admin.ts";

const SITE = "stair-4";
const mosquitto = findMosquitto();
const natsServer = findNatsServer();
const withMosquitto = mosquitto === undefined ? { skip: "skipped: mosquitto not found" } : { timeout: 60_000 };
const withNats = natsServer === undefined ? { skip: "skipped: nats-server not found" } : { timeout: 60_000 };
const COMMON = { batchMax: 20, hasReports: true, commands: false, keepAliveSeconds: 30 };

/** The gateway asks; orders go to its own API, for which its actions stand here. */
async function overHttp({ backend, issuer }: FleetSite): Promise<FleetWay> {
  const receiver = new Receiver(backend, issuer);
  const url = await receiver.start(0);
  return {
    uplink: ({ clock }) =>
      new HttpUplink(opensslSuite, clock, { url: `${url}/events`, auth: { kind: "none" }, askEveryMs: 15_000 }),
    order: async ({ gateway, lockId }, order) => asTold(await gateway.services.actions.carry(lockId, order)),
    changed() {},
    close: () => receiver.close(),
  };
}

async function overMqtt({ backend, issuer, folder }: FleetSite): Promise<FleetWay> {
  const broker = await Mosquitto.start(mosquitto!, folder);
  const receiver = new MqttReceiver(backend, { url: broker.url, site: SITE, issuer });
  await receiver.listening();
  return {
    uplink: (world) => composeMqtt({ ...COMMON, kind: "mqtt", url: broker.url, site: SITE }, world),
    order: ({ lockId }, order) => receiver.order(lockId, order),
    changed: (gatewayId) => void receiver.bring(gatewayId),
    close: async () => {
      await receiver.close();
      await broker.kill();
    },
  };
}

async function overNats({ backend, issuer, folder, clock }: FleetSite): Promise<FleetWay> {
  const server = await NatsServer.start(natsServer!, folder, "n1");
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

async function tellOver(t: TestContext, way: (site: FleetSite) => Promise<FleetWay>): Promise<void> {
  await tellFleetStory(await FleetSite.start(t, way));
}

test("over HTTP a fleet's lock gets its rights, the time and an order from afar, and loses its rights", (t) =>
  tellOver(t, overHttp));

test(
  "over MQTT a fleet's lock gets its rights, the time and an order from afar, and loses its rights",
  withMosquitto,
  (t) => tellOver(t, overMqtt),
);

test("over NATS a fleet's lock gets its rights, the time and an order from afar, and loses its rights", withNats, (t) =>
  tellOver(t, overNats),
);
