import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { refused } from "../testing/fake-lock.ts";
import { POLL_MS, TestGateway } from "../testing/test-gateway.ts";

async function setUp(t: TestContext) {
  const gateway = new TestGateway(t);
  await gateway.pair();
  await gateway.clock.advanceAsync(POLL_MS + 1_000);
  const status = () => gateway.parts.services.sync.status(gateway.lock.lockId);
  return { gateway, lock: gateway.lock, clock: gateway.clock, status };
}

test("a lock that is there and leaves every OPEN unanswered has other keys: that is told after a while, and what to do", async (t) => {
  const { gateway, clock, status } = await setUp(t);
  gateway.air.fate = () => "lose-reply";
  await gateway.air.hangUp();
  await clock.advanceAsync(10_000);
  assert.equal(status()?.reason, "waiting-for-contact");
  await clock.advanceAsync(60_000);
  assert.equal(status()?.reason, "keys-unknown");
  assert.match(
    status()?.sentence ?? "",
    /^The lock is there but does not answer this gateway's keys: .* pair it again\.$/,
  );
});

test("a lock that is out of reach is not taken for one with other keys", async (t) => {
  const { gateway, clock, status } = await setUp(t);
  gateway.air.isDown = true;
  await clock.advanceAsync(10 * 60_000);
  assert.equal(status()?.reason, "waiting-for-contact");
});

test("a full table is told with what to do about it", async (t) => {
  const { gateway, lock, clock, status } = await setUp(t);
  lock.override = ({ name }) => (name === "grantPut" ? refused(Reason.tableFull) : undefined);
  await gateway.run(
    gateway.parts.grants.add({
      locks: [lock.lockId],
      with: [{ kind: "key", publicKey: toHex(lock.info.boxPk) }],
      rights: ["unlock", "essential"],
    }),
  );
  await clock.advanceAsync(1_000);
  assert.deepEqual([status()?.reason, status()?.refusal], ["refused", "table-full"]);
  assert.equal(
    status()?.sentence,
    "The lock refuses a batch of grants: table full. It has no room for all its grants: revoke some, or give fewer people a PIN there.",
  );
});
