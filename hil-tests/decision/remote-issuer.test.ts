import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetApi } from "../fleet/testing/fleet-api.ts";
import { FleetWorld } from "../fleet/testing/fleet-world.ts";

test("a gateway that signs nothing foretells by what its issuer has signed, and the lock agrees", async (t) => {
  const world = await FleetWorld.start(t, { seed: 1 });
  await world.pair();
  await world.untilInStep();
  const phone = world.newPhone();
  const grantId = await world.grant(phone);
  await world.untilInStep();
  const ask = await fleetApi(t, world);
  const url = `/v1/locks/${world.door.lockId}/decision`;

  const { status, body } = await ask("GET", `${url}?grant=${grantId}`);
  assert.equal(status, 200);
  assert.deepEqual([body.allowed, body.via, body.name, body.roster.isInForce], [true, "order", undefined, true]);
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");
  const { body: all } = await ask("GET", url);
  assert(all.items.some((one: { grantId: string }) => one.grantId === grantId));

  await world.revoke(grantId);
  await world.untilInStep();
  const { body: problem } = await ask("GET", `${url}?grant=${grantId}`);
  assert.equal(problem.code, "unknown-grant");
  assert.equal((await world.unlockBy(phone, grantId)).kind, "refused");
});
