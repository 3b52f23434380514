import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Action } from "../../protocol/documents/order.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { FleetWorld } from "./testing/fleet-world.ts";

/** A paired lock in step, and somebody whose phone may open it. */
async function furnished(t: Parameters<typeof FleetWorld.start>[0], seed: number) {
  const world = await FleetWorld.start(t, { seed });
  const { state, step } = await world.pair();
  assert.deepEqual([state, step], ["done", "paired; what it lets in, the issuer has to say"]);
  await world.untilInStep();
  const phone = world.newPhone();
  const grantId = await world.grant(phone);
  await world.untilInStep();
  return { world, phone, grantId };
}

test("a lock is paired, reported, given its rights from afar, opened by a phone, and closed to it again", async (t) => {
  const { world, phone, grantId } = await furnished(t, 1);
  const opened = await world.unlockBy(phone, grantId);
  assert(opened.kind === "done");
  assert.equal(opened.flags & Flag.thrown, 0);

  await world.revoke(grantId);
  await world.untilInStep();
  const outcome = await world.unlockBy(phone, grantId);
  assert(outcome.kind === "refused");
  assert.equal(outcome.reason, Reason.unknownGrant);
});

test("what happened at the lock gets to the backend, and the lock forgets it on the issuer's receipt alone", async (t) => {
  const { world, phone, grantId } = await furnished(t, 2);
  const { lockId } = world.door;
  await world.unlockBy(phone, grantId);
  await world.untilInStep();
  const records = world.backend.events.filter(({ data }) => "record" in data);
  assert.equal(records.length, world.gateway.events.position(lockId)?.seq);
  assert(world.gateway.events.ackedThrough(lockId, 0) > 0);
});

test("neither the gateway's disk nor what it is given holds the issuer's key or a bearer's", async (t) => {
  const { world, phone, grantId } = await furnished(t, 3);
  await world.unlockBy(phone, grantId);
  await world.untilInStep();
  await world.restartGateway();
  const issuerKey = readFileSync(join(world.issuerFolder, "issuer.key"), "utf8").trim();
  const secrets = [issuerKey, Buffer.from(phone.key.reveal()).toString("hex")];
  for (const name of readdirSync(world.folder)) {
    const bytes = readFileSync(join(world.folder, name));
    for (const secret of secrets) {
      assert(!bytes.includes(secret) && !bytes.includes(Buffer.from(secret, "hex")), name);
    }
  }
  assert.deepEqual(
    readdirSync(world.folder).filter((name) => name.endsWith(".key")),
    [],
  );
});

test("the issuer's key is changed without anybody going to the lock", async (t) => {
  const { world, phone, grantId } = await furnished(t, 4);
  const before = world.office.publicKey;
  await world.run(world.office.keyChanges.begin());
  await world.untilInStep();
  assert.notDeepEqual(world.office.publicKey, before);
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");
  const later = await world.grant(world.newPhone());
  await world.untilInStep();
  assert(world.gateway.rosters.entries(world.door.lockId).some(({ id }) => id === later));
  assert.equal(world.gateway.services.fleet?.issuer().publicKeys.length, 1);
});

test("a lock that is paired after the change of key trusts the new key at once", async (t) => {
  const world = await FleetWorld.start(t, { seed: 5, locks: 2 });
  const [first, second] = world.locks;
  await world.pair(first);
  await world.untilInStep(first);
  await world.run(world.office.keyChanges.begin());
  await world.untilInStep(first);
  assert.equal((await world.pair(second)).state, "done");
  await world.untilInStep(second);
});

test("a lock that has lost the time is told it by the issuer", async (t) => {
  const { world, phone, grantId } = await furnished(t, 6);
  world.backend.isAway = true;
  world.door.lock.powerOff();
  world.door.lock.hardware.rtc.lose();
  world.door.lock.powerOn();
  const early = await world.unlockBy(phone, grantId);
  assert(early.kind === "refused");
  assert.equal(early.reason, Reason.timeUncertain);
  world.backend.isAway = false;
  await world.clock.advanceAsync(120_000);
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");
});

test("a backend that is away keeps nobody out whose grant is there", async (t) => {
  const { world, phone, grantId } = await furnished(t, 7);
  world.backend.isAway = true;
  await world.clock.advanceAsync(3_600_000);
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");
});

test("a gateway that is killed when it has taken a roster brings it to the lock without hearing it again", async (t) => {
  const { world, grantId } = await furnished(t, 8);
  const { lockId } = world.door;
  world.door.lock.powerOff();
  await world.revoke(grantId);
  while (world.gateway.rosters.entries(lockId).some(({ id }) => id === grantId)) await world.clock.advanceAsync(100);
  await world.killGateway();
  world.backend.isAway = true;
  world.door.lock.powerOn();
  await world.clock.advanceAsync(60_000);
  assert.equal(world.gateway.locks.get(lockId)?.reported?.epoch, world.gateway.rosters.wantedEpoch(lockId));
  assert(!world.gateway.rosters.entries(lockId).some(({ id }) => id === grantId));
});

test("a lock that was reset is paired again, and gets its rights once its issuer has taken it in", async (t) => {
  const { world, phone, grantId } = await furnished(t, 9);
  world.door.lock.factoryReset();
  assert.equal((await world.pair()).state, "done");
  await world.untilInStep();
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");
});

test("an order to forget the gateway's slot is carried, and the gateway is out then", async (t) => {
  const { world } = await furnished(t, 10);
  const { lockId } = world.door;
  const { actions } = world.gateway.services;
  const asked = await world.run(actions.challenge(lockId));
  assert(asked.kind === "known");
  const order = await world.office.signOrder({
    lockId: fromHex(lockId),
    challenge: asked.challenge,
    action: Action.unpair,
    grantId: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, asked.slot),
    notAfter: Math.floor(world.clock.wallMs() / 1000) + 60,
  });
  assert.equal((await world.run(actions.carry(lockId, order))).kind, "done");
  await world.clock.advanceAsync(60_000);
  assert.equal(world.gateway.services.sync.status(lockId)?.state, "stopped");
});

test("a gateway that was put back from a backup is told again what its lock has", async (t) => {
  const { world, phone, grantId } = await furnished(t, 11);
  const { lockId } = world.door;
  await world.backUp();
  await world.revoke(grantId);
  await world.untilInStep();
  const epoch = world.gateway.rosters.wantedEpoch(lockId);
  await world.restoreBackup();
  assert(world.gateway.rosters.wantedEpoch(lockId) < epoch);
  await world.untilInStep();
  assert.equal((await world.unlockBy(phone, grantId)).kind, "refused");
});

test("a lock is paired once more with the issuer's leave, and the gateway goes by the new slot", async (t) => {
  const { world, phone, grantId } = await furnished(t, 12);
  const { lockId } = world.door;
  assert.equal((await world.pair()).state, "failed");
  const { actions } = world.gateway.services;
  const asked = await world.run(actions.challenge(lockId));
  assert(asked.kind === "known");
  const order = await world.office.signOrder({
    lockId: fromHex(lockId),
    challenge: asked.challenge,
    action: Action.allowPairing,
    grantId: new Uint8Array(8),
    notAfter: Math.floor(world.clock.wallMs() / 1000) + 60,
  });
  assert.equal((await world.run(actions.carry(lockId, order))).kind, "done");
  assert.equal((await world.pair()).state, "done");
  const next = await world.run(actions.challenge(lockId));
  assert(next.kind === "known" && next.slot !== asked.slot);
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");
});
