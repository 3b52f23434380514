import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { IClientPublishOptions } from "mqtt";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import type { MqttUplinkConfig } from "../../gateway/mqtt-uplink-config.ts";
import { Action, signOrder } from "../../protocol/documents/order.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { findMosquitto } from "./mosquitto.ts";
import { BrokerUser } from "./testing/broker-user.ts";
import { MqttWorld } from "./testing/mqtt-world.ts";

const program = findMosquitto();
const options = program === undefined ? { skip: "skipped: mosquitto not found" } : { timeout: 60_000 };
const REPLIES = "portvakt/stair-4/replies/desk";

async function setUp(t: TestContext, config: Partial<MqttUplinkConfig> = {}) {
  const world = await MqttWorld.start(t, program!, { config });
  await world.untilAllArrived();
  const [lock] = world.locks;
  const user = await BrokerUser.connect(world.broker.url, "portvakt/stair-4/replies/#");
  t.after(() => user.end());
  const root = `portvakt/stair-4/locks/${lock!.lockId}`;
  /** Publishes and resolves with the reply. */
  const ask = async (what: "orders" | "commands", json: object, publish: IClientPublishOptions = {}) => {
    const replies = user.seen.length;
    const correlationData = Buffer.from(`request ${replies}`);
    const properties = { responseTopic: REPLIES, correlationData, ...publish.properties };
    await user.client.publishAsync(`${root}/${what}`, JSON.stringify(json), { qos: 1, ...publish, properties });
    await world.until("the reply", () => user.seen.length > replies);
    const reply = user.seen[replies]!;
    assert.equal(reply.correlation, properties.correlationData.toString());
    return JSON.parse(reply.text) as object;
  };
  const nowSeconds = () => Math.floor(world.clock.wallMs() / 1000);
  const order = () => {
    const claims = {
      lockId: lock!.label.lockId,
      challenge: lock!.challenge,
      action: Action.unlock,
      grantId: new Uint8Array(8).fill(7),
      notAfter: nowSeconds() + 60,
    };
    const key = opensslSuite.p256PrivateKey((length) => world.random.bytes(length));
    assert(key instanceof Secret);
    return { order: Buffer.from(signOrder(opensslSuite, key, claims)).toString("base64") };
  };
  return { world, lock: lock!, user, root, ask, order, nowSeconds };
}

const notCarried = (code: string) => ({ outcome: "not-carried", code });

test("a signed order is carried to the lock once, and its outcome told", options, async (t) => {
  const { world, lock, ask, order } = await setUp(t);
  const asked = { properties: { correlationData: Buffer.from("order 1") } };
  const outcome = await ask("orders", order(), asked);
  // The lock has drawn the next challenge by then.
  assert.deepEqual(outcome, { outcome: "done", seq: lock.seq, flags: lock.flags, challenge: toHex(lock.challenge) });
  assert.deepEqual(await ask("orders", order(), asked), notCarried("duplicate"));
  assert.equal(lock.acts, 1);
  assert.deepEqual([...world.uplink.refusals], [["duplicate", 1]]);
});

test("an order that somebody had the broker keep is refused, as is one that is none", options, async (t) => {
  const { world, lock, ask, order } = await setUp(t);
  assert.deepEqual(await ask("orders", order(), { retain: true }), notCarried("retained"));
  for (const bad of [{}, { order: "not base64" }, { ...order(), more: 1 }, []]) {
    assert.deepEqual(await ask("orders", bad), notCarried("malformed"));
  }
  assert.deepEqual(await ask("orders", { order: "AAAA" }), { outcome: "refused", reason: 1, detail: "malformed" });
  assert.equal(lock.acts, 0);
  // The one that was kept comes again with each connection.
  assert.equal(world.uplink.refusals.get("retained"), 1);
  await world.stopGateway();
  world.startGateway();
  await world.until("the order again", () => world.uplink.refusals.get("retained") === 1);
  assert.equal(lock.acts, 0);
});

test("commands are off unless the configuration has them on", options, async (t) => {
  const { lock, ask, nowSeconds } = await setUp(t);
  const command = { action: "unlock", id: "1", notAfter: nowSeconds() + 10 };
  assert.deepEqual(await ask("commands", command), notCarried("commands-off"));
  assert.equal(lock.acts, 0);
});

test("a command is obeyed once, in its time, and never if it was kept", options, async (t) => {
  const { world, lock, ask, nowSeconds } = await setUp(t, { commands: true });
  const soon = () => ({ notAfter: nowSeconds() + 10 });
  const expiring = (seconds: number) => ({ properties: { messageExpiryInterval: seconds } });
  const refused = async (code: string, json: object, publish: IClientPublishOptions = {}) =>
    assert.deepEqual(await ask("commands", json, publish), notCarried(code));

  assert.deepEqual(await ask("commands", { action: "unlock", id: "1", ...soon() }), {
    outcome: "done",
    seq: lock.seq,
    flags: lock.flags,
  });
  await refused("duplicate", { action: "unlock", id: "1", ...soon() });
  assert.equal(lock.acts, 1);
  await refused("retained", { action: "unlock", id: "2", ...soon() }, { retain: true });
  await refused("no-expiry", { action: "unlock", id: "3" });
  await refused("expires-too-late", { action: "unlock", id: "4", notAfter: nowSeconds() + 3600 });
  await refused("expires-too-late", { action: "unlock", id: "5" }, expiring(3600));
  await refused("expired", { action: "unlock", id: "6", notAfter: nowSeconds() - 2 }, expiring(10));
  await refused("malformed", { action: "open", id: "7", ...soon() });
  assert.equal(lock.acts, 1);
  assert.deepEqual(await ask("commands", { action: "lock" }, expiring(10)), {
    outcome: "done",
    seq: lock.seq,
    flags: lock.flags,
  });
  assert.equal(lock.acts, 2);
  assert.equal(world.uplink.refusals.get("expires-too-late"), 2);
});

test(
  "nobody makes the gateway publish where it should not, and a lock of another gateway is left to that",
  options,
  async (t) => {
    const { world, user, root, lock, nowSeconds } = await setUp(t, { commands: true });
    const stranger = "portvakt/stair-4/locks/00000000000000ff/commands";
    const json = JSON.stringify({ action: "unlock", id: "1", notAfter: nowSeconds() + 10 });
    const responseTopic = `${root}/commands`;
    await user.client.publishAsync(`${root}/commands`, json, { qos: 1, properties: { responseTopic } });
    await user.client.publishAsync(stranger, json, { qos: 1, properties: { responseTopic: REPLIES } });
    await world.until("the refusals", () => world.uplink.refusals.size === 2);
    assert.deepEqual(
      world.uplink.refusals,
      new Map([
        ["reply-topic", 1],
        ["unknown-lock", 1],
      ]),
    );
    assert.deepEqual([user.seen, lock.acts], [[], 0]);
  },
);

test("what pretends to be a backend's answer and is not is counted, and changes nothing", options, async (t) => {
  const { world, user, lock } = await setUp(t);
  await world.until("the receipt at the lock", () => lock.ackedThrough === lock.seq);
  const topic = "portvakt/stair-4/gateways/6761746577617931/answers";
  const rewind = JSON.stringify({ rewind: [{ lockId: lock.lockId, generation: 0, seq: 0 }] });
  for (const nonsense of ["", "{", '{"rewinds":[]}', "[]"]) await user.client.publishAsync(topic, nonsense, { qos: 1 });
  await user.client.publishAsync(topic, rewind, { qos: 1, retain: true });
  await world.until("the refusals", () => world.uplink.refusals.get("retained") === 1);
  assert.equal(world.uplink.refusals.get("malformed"), 4);
  assert.equal(lock.ackedThrough, lock.seq);
});
