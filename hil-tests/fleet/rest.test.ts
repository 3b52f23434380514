import assert from "node:assert/strict";
import { test } from "node:test";
import { bundleJson } from "../../gateway/fleet/bundle-json.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { HEAD_BYTES } from "../../protocol/wire/responses.ts";
import { fleetApi } from "./testing/fleet-api.ts";
import { FleetWorld } from "./testing/fleet-world.ts";

/** A lock in step and a backend that is away from now on: what comes, comes over the API. */
async function alone(t: Parameters<typeof FleetWorld.start>[0], seed: number) {
  const world = await FleetWorld.start(t, { seed });
  await world.pair();
  await world.untilInStep();
  const phone = world.newPhone();
  const grantId = await world.grant(phone);
  await world.untilInStep();
  world.backend.isAway = true;
  const ask = await fleetApi(t, world);
  return { world, phone, grantId, ask, lock: `/v1/locks/${world.door.lockId}` };
}

/** What the issuer would send now. */
function bundle(world: FleetWorld): object {
  const [next] = world.office.bundlesFor(world.backend.reports.get(world.door.lockId)!.gatewayId);
  assert(next);
  return bundleJson(next);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

test("a roster comes over the API, and its lock has it", async (t) => {
  const { world, ask, phone, grantId } = await alone(t, 1);
  await world.revoke(grantId);
  const { status, body } = await ask("POST", "/v1/documents", bundle(world));
  assert.equal(status, 200);
  assert.deepEqual(body.results, [{ kind: "roster", id: `${world.door.lockId}:3`, outcome: "accepted" }]);
  await world.clock.advanceAsync(20_000);
  assert.equal((await world.unlockBy(phone, grantId)).kind, "refused");
});

test("a phone's order comes over the API; one over a spent challenge is told the next", async (t) => {
  const { world, ask, phone, grantId, lock } = await alone(t, 2);
  const { lockId } = world.door;
  const { body: asked } = await ask("GET", `${lock}/challenge`);
  const order = base64(world.order(phone, grantId, lockId, Buffer.from(asked.challenge, "hex")));
  const done = await ask("POST", `${lock}/orders`, { order });
  assert.deepEqual([done.status, done.body.bolt], [200, "drawn"]);

  const again = await ask("POST", `${lock}/orders`, { order });
  assert.deepEqual([again.status, again.body.code, again.body.reason], [409, "lock-refused", 7]);
  const next = base64(world.order(phone, grantId, lockId, Buffer.from(again.body.challenge, "hex")));
  assert.equal((await ask("POST", `${lock}/orders`, { order: next })).status, 200);
});

test("what has no shape is refused by field, and a bundle by what is wrong with it", async (t) => {
  const { ask, lock } = await alone(t, 3);
  const order = await ask("POST", `${lock}/orders`, { order: "?????" });
  assert.deepEqual([order.status, order.body.code, order.body.field], [422, "field-invalid", "order"]);
  const noOrder = await ask("POST", `${lock}/orders`, { order: "AAAA" });
  assert.deepEqual([noOrder.status, noOrder.body.reason], [409, 1]);
  const documents = await ask("POST", "/v1/documents", { issuerId: "0123456789abcdef", grants: ["?"] });
  assert.deepEqual([documents.status, documents.body.detail], [422, "documents.grants[0] is not base64."]);
  const large = await ask("POST", "/v1/documents", { issuerId: "0".repeat(2 ** 20) });
  assert.deepEqual([large.status, large.body.code], [413, "request-too-large"]);
});

test("a held roster is looked at, thrown away or let through over the API", async (t) => {
  const world = await FleetWorld.start(t, { seed: 4 });
  await world.pair();
  await world.untilInStep();
  const phone = world.newPhone();
  const grantIds: string[] = [];
  for (let n = 0; n < 12; n++) grantIds.push(await world.grant(phone));
  await world.untilInStep();
  world.backend.isAway = true;
  for (const grantId of grantIds) await world.revoke(grantId);
  const ask = await fleetApi(t, world);
  const held = `/v1/locks/${world.door.lockId}/held-roster`;
  const sent = bundle(world);
  assert.equal((await ask("POST", "/v1/documents", sent)).body.results[0].outcome, "held");
  const { body } = await ask("GET", held);
  assert.deepEqual([body.revokes, body.of], [12, 12]);
  assert.equal((await ask("DELETE", held)).status, 204);
  assert.equal((await ask("GET", held)).body.code, "unknown-roster");

  await ask("POST", "/v1/documents", sent);
  const approved = await ask("POST", `${held}/approval`);
  assert.deepEqual([approved.status, approved.body.results[0].outcome], [200, "accepted"]);
  assert.equal((await ask("POST", `${held}/approval`)).body.code, "unknown-roster");
});

test("what needs the signing key is left to the issuer", async (t) => {
  const { ask, lock } = await alone(t, 5);
  const asked: [Parameters<typeof ask>[0], string, object?][] = [
    ["POST", `${lock}/actions`, { action: "unlock" }],
    ["POST", "/v1/grants", {}],
    ["GET", "/v1/grants"],
    ["GET", "/v1/grants/0123456789abcdef"],
    ["PUT", `${lock}/settings`, {}],
    ["POST", "/v1/groups", {}],
    ["PUT", "/v1/holidays", {}],
    ["DELETE", "/v1/subjects/0123456789abcdef"],
  ];
  for (const [method, url, body] of asked) {
    const answer = await ask(method, url, body);
    assert.deepEqual([answer.status, answer.body.code], [409, "fleet-mode"], `${method} ${url}`);
  }
});

test("the gateway tells whom it listens to, and listens to another when an admin says so", async (t) => {
  const { world, ask } = await alone(t, 6);
  const { body } = await ask("GET", "/v1/fleet");
  const { gatewayId } = world.backend.reports.get(world.door.lockId)!;
  assert.deepEqual(body, {
    gatewayId,
    issuerId: world.office.issuerId,
    publicKeys: [toHex(world.office.publicKey)],
  });
  assert.equal((await ask("DELETE", "/v1/fleet/issuer")).status, 204);
  assert.equal((await ask("GET", "/v1/fleet")).body.issuerId, undefined);
});

test("what the uplink would tell is asked for over the API, and an issuer makes do with it", async (t) => {
  const { world, ask, grantId } = await alone(t, 7);
  await world.revoke(grantId);
  const { body } = await ask("GET", "/v1/fleet/reports");
  assert.deepEqual(body.reports[0].lockId, world.door.lockId);
  const [next] = (await world.run(world.office.hear(body))).bundles;
  assert(next);
  const answer = await ask("POST", "/v1/documents", bundleJson(next));
  assert.equal(answer.body.results[0].outcome, "accepted");
});

test("a decision is explained by what the lock is to have, wherever that was decided", async (t) => {
  const { ask, grantId, lock } = await alone(t, 8);
  const { status, body } = await ask("GET", `${lock}/decision?grant=${grantId}&with=key`);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.allowed, true);
});

test("receipts come over the API, and the lock may forget; one for what nobody vouches for is refused", async (t) => {
  const { world, ask } = await alone(t, 9);
  const { lockId, lock } = world.door;
  lock.setDoor(true);
  await world.clock.advanceAsync(20_000);
  const seq = world.gateway.events.headThrough(lockId, 0);
  const head = world.gateway.events.record(lockId, 0, seq)!.slice(-HEAD_BYTES);
  const sign = async (claims: { seq: number; head: Uint8Array }) =>
    base64(await world.office.signReceipt({ lockId: fromHex(lockId), generation: 0, ...claims }));
  const before = world.gateway.events.ackedThrough(lockId, 0);
  const receipts = [
    await sign({ seq, head }),
    await sign({ seq: seq + 1, head }),
    await sign({ seq, head: new Uint8Array(16) }),
  ];
  const { body } = await ask("POST", "/v1/lock-receipts", { receipts });
  assert.deepEqual(
    body.results.map(({ outcome }: { outcome: string }) => outcome),
    ["accepted", "refused", "refused"],
  );
  await world.clock.advanceAsync(20_000);
  assert(before < seq);
  assert.equal(world.gateway.events.ackedThrough(lockId, 0), seq);
});
