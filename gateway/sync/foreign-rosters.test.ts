import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Log } from "../log.ts";
import { POLL_MS, TestGateway } from "../testing/test-gateway.ts";

const DAY_MS = 86_400_000;

async function setUp(t: TestContext) {
  const warnings: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (_, message) => void warnings.push(message),
    error() {},
    child: () => log,
  };
  const gateway = new TestGateway(t, { log });
  await gateway.pair();
  const poll = () => gateway.clock.advanceAsync(POLL_MS + 1_000);
  await poll();
  const { lock } = gateway;
  /** Another gateway with the same issuer's key brings this one's lock a roster of its own. */
  const change = () => {
    lock.epoch += 1;
    lock.tableDigest = new Uint8Array(32).fill(lock.epoch);
  };
  const status = () => gateway.parts.services.sync.status(lock.lockId);
  return { gateway, lock, poll, change, status, warnings };
}

test("a lock that was changed elsewhere is overwritten, and that is said once", async (t) => {
  const { lock, poll, change, status, warnings } = await setUp(t);
  change();
  const { epoch } = lock;
  await poll();
  await poll();
  assert.equal(status()?.reason, "in-step");
  assert.equal(lock.epoch, epoch + 1);
  assert.deepEqual([status()?.foreignRoster?.epoch, status()?.foreignRoster?.renewals], [epoch, 1]);
  assert.deepEqual(warnings, [`The lock has roster ${epoch}, which was not made here.`]);
});

test("two gateways that overwrite each other come to an end: then a person decides", async (t) => {
  const { gateway, lock, poll, change, status } = await setUp(t);
  for (let time = 0; time < 4; time++) {
    change();
    await poll();
  }
  const { epoch } = lock;
  assert.deepEqual([status()?.state, status()?.reason], ["stopped", "changed-elsewhere"]);
  assert.match(
    status()?.sentence ?? "",
    /^The lock has roster \d+, which was not made here: .* portvakt sync .* --approve$/,
  );
  await gateway.restart();
  gateway.clock.stepWall(3 * DAY_MS);
  await poll();
  assert.equal(lock.epoch, epoch, "neither a restart nor time decides");
  await gateway.run(gateway.parts.services.sync.approve(lock.lockId));
  await poll();
  assert.equal(status()?.reason, "in-step");
  assert.equal(lock.epoch, epoch + 1);
});

test("what people decide about the rights of such a lock still gets there", async (t) => {
  const { gateway, lock, poll, change, status } = await setUp(t);
  for (let time = 0; time < 4; time++) {
    change();
    await poll();
  }
  assert.equal(status()?.reason, "changed-elsewhere");
  const { epoch } = lock;
  await gateway.parts.siteSettings.putHolidays(["2027-12-24"]);
  await poll();
  assert.equal(status()?.reason, "in-step");
  assert.equal(lock.epoch, epoch + 1);
});

test("now and then is no loop: after a day they are counted anew", async (t) => {
  const { gateway, poll, change, status } = await setUp(t);
  for (let day = 0; day < 5; day++) {
    change();
    await poll();
    assert.equal(status()?.reason, "in-step", `day ${day}`);
    gateway.clock.stepWall(DAY_MS);
  }
});

test("another table under the same epoch is not taken for ours", async (t) => {
  const { lock, poll, status, warnings } = await setUp(t);
  lock.tableDigest = new Uint8Array(32);
  const { epoch } = lock;
  await poll();
  assert.equal(status()?.reason, "in-step");
  assert.equal(lock.epoch, epoch + 1);
  assert.equal(warnings.length, 1);
});
