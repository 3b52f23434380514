import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { FakeLock } from "../testing/fake-lock.ts";
import { TestGateway } from "../testing/test-gateway.ts";

const BUS = "serial:/dev/ttyUSB0?address=";

/** Locks on one line, in step, and the commands that go along it. */
async function setUp(t: TestContext, count = 3) {
  const gateway = new TestGateway(t);
  const { clock, random, air } = gateway;
  const said: { lock: number; name: Command["name"] }[] = [];
  const locks: FakeLock[] = [];
  for (let n = 0; n < count; n++) {
    const lock = new FakeLock(random, clock);
    const via = `${BUS}${n + 1}`;
    air.place(via, lock);
    lock.isPairing = true;
    lock.override = ({ name }) => {
      said.push({ lock: n, name });
      return undefined;
    };
    const { id } = await gateway.parts.services.pairings.start({ label: lock.labelText, via });
    await gateway.pairingEnds(id);
    locks.push(lock);
  }
  const { grants } = gateway.parts;
  const give = async (lock: FakeLock) => {
    const { row } = await grants.add({
      locks: [lock.lockId],
      with: [{ kind: "key", publicKey: toHex(lock.info.boxPk) }],
      rights: ["unlock", "essential"],
    });
    return row.id;
  };
  return { clock, air, locks, said, grants, give };
}

test("a revocation at one lock goes before the puts of another on its line", async (t) => {
  const { clock, air, locks, said, grants, give } = await setUp(t);
  const [filled, revoked] = locks as [FakeLock, FakeLock];
  const id = await give(revoked);
  await clock.advanceAsync(10_000);
  for (let n = 0; n < 60; n++) await give(filled);
  said.length = 0;
  let isAsked = false;
  air.fate = () => {
    if (!isAsked && said.filter(({ name }) => name === "grantPut").length === 4) {
      isAsked = true;
      void grants.revoke(id);
    }
    return "pass";
  };
  await clock.advanceAsync(30_000);
  const at = said.findIndex(({ name }) => name === "grantDrop");
  assert.equal(said[at]?.lock, 1);
  const putsBefore = said.slice(0, at).filter(({ name }) => name === "grantPut").length;
  assert(putsBefore <= 6, `${putsBefore} puts before`);
  const putsAfter = said.slice(at).filter(({ name }) => name === "grantPut").length;
  assert(putsBefore + putsAfter >= 15, "the other lock gets its grants all the same");
});

test("locks that can not be reached hold others up once, however urgent their rosters are", async (t) => {
  const { clock, locks, grants, give } = await setUp(t, 13);
  const [reachable, ...away] = locks as [FakeLock, ...FakeLock[]];
  const ids = [];
  for (const lock of away) ids.push(await give(lock));
  await clock.advanceAsync(10_000);
  for (const lock of away) lock.receive = () => undefined;
  for (const id of ids) await grants.revoke(id);
  await give(reachable);
  await clock.advanceAsync(90_000);
  assert.equal(reachable.epoch, 2);
});
