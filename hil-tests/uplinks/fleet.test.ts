import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import type { DocumentResult } from "../../gateway/fleet/bundle.ts";
import { bundleJson } from "../../gateway/fleet/bundle-json.ts";
import { parseRoster, signRoster } from "../../protocol/documents/roster.ts";
import { findMosquitto } from "./mosquitto.ts";
import { findNatsServer } from "./nats-server.ts";
import { BrokerUser } from "./testing/broker-user.ts";
import { FleetSite, type FleetWay } from "./testing/fleet-site.ts";
import { tellFleetStory } from "./testing/fleet-story.ts";
import { overHttp, overMqtt, overNats, SITE } from "./testing/fleet-ways.ts";

const mosquitto = findMosquitto();
const natsServer = findNatsServer();
const withMosquitto = mosquitto === undefined ? { skip: "skipped: mosquitto not found" } : { timeout: 60_000 };
const withNats = natsServer === undefined ? { skip: "skipped: nats-server not found" } : { timeout: 60_000 };
/** So small that a few grants are more. */
const BUNDLE_BYTES_MAX = 3_000;
const GRANTS = 20;

async function tellOver(t: TestContext, way: (site: FleetSite) => Promise<FleetWay>): Promise<void> {
  await tellFleetStory(await FleetSite.start(t, way));
}

/** A site on MQTT whose lock has its first roster. */
async function overBroker(t: TestContext) {
  let way!: Awaited<ReturnType<typeof overMqtt>>;
  const connect = async (site: FleetSite) => {
    way = await overMqtt(mosquitto!, site);
    return way;
  };
  const site = await FleetSite.start(t, connect, BUNDLE_BYTES_MAX);
  await site.pair();
  const isInStep = (epoch: number) => {
    const report = site.issuer.report(site.lockId);
    return report?.state === "in-step" && report.reported?.epoch === epoch;
  };
  await site.until("the first roster", () => isInStep(1));
  return { site, broker: way.broker, uplink: way.uplinkNow, isInStep };
}

test("over HTTP a fleet's lock gets its rights, the time and an order from afar, and loses its rights", (t) =>
  tellOver(t, overHttp));

test(
  "over MQTT a fleet's lock gets its rights, the time and an order from afar, and loses its rights",
  withMosquitto,
  (t) => tellOver(t, (site) => overMqtt(mosquitto!, site)),
);

test("over NATS a fleet's lock gets its rights, the time and an order from afar, and loses its rights", withNats, (t) =>
  tellOver(t, (site) => overNats(natsServer!, site)),
);

test(
  "documents that are more than a message come in several, and a broker that forgets them in the middle costs nothing",
  withMosquitto,
  async (t) => {
    const { site, broker, isInStep } = await overBroker(t);
    const { issuer, lockId } = site;
    for (let i = 0; i < GRANTS; i++) {
      await site.run(issuer.grantByKey({ locks: [lockId], rights: ["unlock", "essential"] }));
    }
    assert(issuer.needs(site.gatewayId).length > 2);
    site.way.changed(site.gatewayId);
    await broker.kill();
    for (let turns = 0; turns < 100; turns++) await site.turn();
    await broker.restart();
    await site.until("all grants", () => isInStep(1 + GRANTS));
    assert.equal([...site.lock.firmware!.inside.table.active!.entries()].length, GRANTS);
  },
);

test(
  "a stranger at the broker brings no documents: each is refused by name, and nothing changes",
  withMosquitto,
  async (t) => {
    const { site, broker, uplink, isInStep } = await overBroker(t);
    const { lockId, gatewayId, random, issuer } = site;
    const root = `portvakt/${SITE}/gateways/${gatewayId}`;
    const stranger = await BrokerUser.connect(broker.url, `${root}/results`);
    t.after(() => stranger.end());
    const results = () =>
      stranger.seen.flatMap(({ text }) => (JSON.parse(text) as { results: DocumentResult[] }).results);
    const codes = () => results().map((result) => ("code" in result ? result.code : result.outcome));
    const publish = (documents: object, retain = false) =>
      stranger.client.publishAsync(`${root}/answers`, JSON.stringify({ documents }), { qos: 1, retain });

    const own = opensslSuite.p256PrivateKey((length) => random.bytes(length));
    const known = parseRoster(opensslSuite, site.gateway.rosters.document(lockId)!);
    assert(known.ok);
    const document = signRoster(opensslSuite, own, { ...known.value.claims, epoch: 9 });
    const { issuerId } = issuer.office;
    const forged = bundleJson({ issuerId, rosters: [{ document, grants: { kind: "all", all: [] } }] });

    await publish({ ...forged, issuerId: "0".repeat(16) });
    await publish(forged);
    await publish({ issuerId, keys: [] });
    await publish(forged, true);
    await site.until("the outcomes", () => results().length === 3);
    assert.deepEqual(codes(), ["other-issuer", "unknown-issuer-key", "malformed"]);
    await site.until("the refusal of what was kept", () => uplink().refusals.get("retained") === 1);
    assert(isInStep(1));
    assert.equal(site.gateway.rosters.wantedEpoch(lockId), 1);
  },
);
