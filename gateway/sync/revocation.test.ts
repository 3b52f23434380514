import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { FakeLock } from "../testing/fake-lock.ts";
import { TestGateway } from "../testing/test-gateway.ts";

const BUS = "serial:/dev/ttyUSB0?address=";

/** Three locks on one line, in step, and the commands that go along it. */
async function setUp(t: TestContext) {
  const gateway = new TestGateway(t);
  const { clock, random, air } = gateway;
  const said: { lock: number; name: Command["name"] }[] = [];
  const locks: FakeLock[] = [];
  for (let n = 0; n < 3; n++) {
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

test("a lock that can not be reached does not hold up others, however urgent its roster is", async (t) => {
  const { clock, locks, grants, give } = await setUp(t);
  const [away, ...others] = locks as [FakeLock, FakeLock, FakeLock];
  const id = await give(away);
  await clock.advanceAsync(10_000);
  away.receive = () => undefined;
  void grants.revoke(id);
  await clock.advanceAsync(60_000);
  for (const lock of others) await give(lock);
  const startMs = clock.monotonicMs();
  while (others.some((lock) => lock.epoch < 2)) await clock.advanceAsync(100);
  assert(clock.monotonicMs() - startMs <= 10_000, `${clock.monotonicMs() - startMs} ms`);
});
