import assert from "node:assert/strict";
import { test } from "node:test";
import { FleetWorld } from "./testing/fleet-world.ts";

test("a lock is paired, reported, given its rights from afar, opened by a phone, and closed to it again", async (t) => {
  const world = await FleetWorld.start(t, { seed: 1 });
  assert.equal((await world.pair()).state, "done");
  await world.untilInStep();
  const phone = world.newPhone();
  const grantId = await world.grant(phone);
  await world.untilInStep();
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");

  await world.revoke(grantId);
  await world.untilInStep();
  assert.equal((await world.unlockBy(phone, grantId)).kind, "refused");
});
