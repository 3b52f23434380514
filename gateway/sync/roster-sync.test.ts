import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { refused } from "../testing/fake-lock.ts";
import { POLL_MS, TestGateway } from "../testing/test-gateway.ts";

/** A paired lock in step, and the means to change its rights. */
async function setUp(t: TestContext) {
  const gateway = new TestGateway(t);
  await gateway.pair();
  await gateway.clock.advanceAsync(POLL_MS + 1_000);
  const { lock, clock } = gateway;
  const { grants, services } = gateway.parts;
  const give = async (count = 1): Promise<string[]> => {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      const { row } = await grants.add({
        locks: [lock.lockId],
        with: [{ kind: "key", publicKey: toHex(lock.info.boxPk) }],
        rights: ["unlock", "essential"],
      });
      ids.push(row.id);
    }
    return ids;
  };
  const revoke = async (ids: readonly string[]) => {
    for (const id of ids) await grants.revoke(id);
  };
  const status = () => services.sync.status(lock.lockId);
  /** The commands of this work, which begins with the lock out of reach and ends with it in step. */
  const commandsOf = async (work: () => Promise<unknown>) => {
    gateway.air.isDown = true;
    await work();
    const before = lock.commands.length;
    gateway.air.isDown = false;
    await clock.advanceAsync(30_000);
    assert.equal(status()?.sentence, "In step.");
    const all = lock.commands.slice(before);
    return all.filter((name) => name.startsWith("roster") || name.startsWith("grant"));
  };
  return { gateway, lock, clock, give, revoke, status, commandsOf };
}

test("of a lock whose epoch was wanted here, what differs is known: it is not asked for its table", async (t) => {
  const { give, revoke, commandsOf } = await setUp(t);
  let ids: string[] = [];
  assert.deepEqual(
    await commandsOf(async () => {
      ids = await give(3);
    }),
    ["rosterBegin", "grantPut", "rosterCommit"],
  );
  assert.deepEqual(await commandsOf(() => revoke(ids.slice(0, 2))), ["rosterBegin", "grantDrop", "rosterCommit"]);
});

test("a lock that has something else than was thought says so at COMMIT, and is then asked", async (t) => {
  const { gateway, lock, give, commandsOf } = await setUp(t);
  await give(2);
  await gateway.clock.advanceAsync(10_000);
  let commits = 0;
  lock.override = ({ name }) => (name === "rosterCommit" && commits++ === 0 ? refused(20) : undefined);
  assert.deepEqual(await commandsOf(() => give()), [
    "rosterBegin",
    "grantPut",
    "rosterCommit",
    "grantList",
    "rosterCommit",
  ]);
});

test("a table that does not add up after it was listed is told, not tried for ever in one round", async (t) => {
  const { gateway, lock, give, status } = await setUp(t);
  lock.override = ({ name }) => (name === "rosterCommit" ? refused(20) : undefined);
  await give();
  await gateway.clock.advanceAsync(10_000);
  const count = (command: string) => lock.commands.filter((name) => name === command).length;
  assert(count("rosterCommit") <= 2 * count("rosterBegin"), `${lock.commands}`);
  assert.equal(status()?.sentence, "The lock refuses the roster as a whole: digest mismatch.");
  assert.deepEqual([status()?.reason, status()?.refusal], ["refused", "digest-mismatch"]);
});

for (const fate of ["lose-request", "lose-reply"] as const) {
  test(`cut after any one command (${fate}), it goes on where it was`, async (t) => {
    const { gateway, clock, give, revoke, commandsOf } = await setUp(t);
    let ids = await give(5);
    await clock.advanceAsync(10_000);
    const whole = ["rosterBegin", "grantDrop", "grantPut", "grantPut", "rosterCommit"];
    for (let cutAt = 0, wasCut = true; wasCut; cutAt++) {
      let frames = 0;
      wasCut = false;
      const commands = await commandsOf(async () => {
        const before = ids;
        ids = await give(5);
        await revoke(before);
        gateway.air.fate = () => {
          if (frames++ !== cutAt) return "pass";
          wasCut = true;
          return fate;
        };
      });
      const repeated = commands.filter((name) => name === "grantPut" || name === "grantDrop").length - 3;
      assert(repeated <= 1, `cut at frame ${cutAt}: ${commands}`);
      if (!wasCut) assert.deepEqual(commands, whole);
    }
  });
}

test("after a restart, what an earlier run has brought already is not brought again", async (t) => {
  const { gateway, lock, clock, give } = await setUp(t);
  gateway.air.isDown = true;
  await give(60);
  let puts = 0;
  lock.override = ({ name }) => {
    if (name === "grantPut" && ++puts === 11) gateway.air.isDown = true;
    return undefined;
  };
  gateway.air.isDown = false;
  await clock.advanceAsync(60_000);
  const before = lock.commands.length;
  await gateway.restart();
  lock.override = () => undefined;
  gateway.air.isDown = false;
  await clock.advanceAsync(60_000);
  const after = lock.commands.slice(before);
  assert.equal(after.filter((name) => name === "grantList").length, 1);
  assert(after.filter((name) => name === "grantPut").length <= 6, `${after}`);
  assert.equal(gateway.parts.services.sync.status(lock.lockId)?.sentence, "In step.");
});

test("how many grants of how many have come is told on the way", async (t) => {
  const { gateway, lock, clock, give, status } = await setUp(t);
  gateway.air.isDown = true;
  await give(40);
  const seen: string[] = [];
  lock.override = ({ name }) => {
    if (name === "grantPut" || name === "rosterCommit") seen.push(status()?.sentence ?? "");
    return undefined;
  };
  gateway.air.isDown = false;
  await clock.advanceAsync(120_000);
  assert.equal(seen[0], "Its roster is on the way: 0 of 40 grants.");
  assert.equal(seen.at(-1), "Its roster is on the way: 40 of 40 grants.");
  assert.equal(status()?.progress, undefined);
  assert.equal(status()?.reason, "in-step");
});

test("a revocation goes before the rest of the events, in the next command but one", async (t) => {
  const { gateway, lock, clock, give, revoke } = await setUp(t);
  const ids = await give();
  await clock.advanceAsync(10_000);
  for (let i = 0; i < 200; i++) lock.log({ type: RecordType.doorOpened });
  const before = lock.commands.length;
  let revoked: Promise<void> | undefined;
  gateway.air.fate = () => {
    const reads = lock.commands.slice(before).filter((name) => name === "readLog").length;
    if (reads === 2) revoked ??= revoke(ids);
    return "pass";
  };
  await clock.advanceAsync(POLL_MS + 1_000);
  await revoked;
  const names = lock.commands.slice(before);
  const at = names.indexOf("rosterBegin");
  assert.deepEqual(names.slice(at, at + 3), ["rosterBegin", "grantDrop", "rosterCommit"]);
  assert(names.slice(0, at).filter((name) => name === "readLog").length <= 3, `${names}`);
  assert(names.slice(at).filter((name) => name === "readLog").length >= 8, `${names}`);
});

test("a roster on its way is left for a newer one that takes a grant away, if that is the shorter way", async (t) => {
  const { gateway, lock, clock, give, revoke } = await setUp(t);
  const old = await give();
  await clock.advanceAsync(10_000);
  gateway.air.isDown = true;
  await give(40);
  const before = lock.commands.length;
  let revoked: Promise<void> | undefined;
  gateway.air.fate = () => {
    if (lock.commands.slice(before).includes("rosterBegin")) revoked ??= revoke(old);
    return "pass";
  };
  gateway.air.isDown = false;
  await clock.advanceAsync(120_000);
  await revoked;
  const names = lock.commands.slice(before).filter((name) => name.startsWith("roster") || name === "grantDrop");
  assert.deepEqual(names, ["rosterBegin", "rosterBegin", "grantDrop", "rosterCommit"]);
});

test("a roster that is nearly there is ended first", async (t) => {
  const { gateway, lock, clock, give, revoke } = await setUp(t);
  const old = await give();
  await clock.advanceAsync(10_000);
  gateway.air.isDown = true;
  await give(40);
  const before = lock.commands.length;
  let revoked: Promise<void> | undefined;
  gateway.air.fate = () => {
    if (lock.commands.slice(before).filter((name) => name === "grantPut").length === 9) revoked ??= revoke(old);
    return "pass";
  };
  gateway.air.isDown = false;
  await clock.advanceAsync(120_000);
  await revoked;
  const names = lock.commands.slice(before).filter((name) => name.startsWith("roster") || name === "grantDrop");
  assert.deepEqual(names, ["rosterBegin", "rosterCommit", "rosterBegin", "grantDrop", "rosterCommit"]);
});

test("how long ago the lock confirmed what was wanted is told, over restarts too", async (t) => {
  const { gateway, lock, clock } = await setUp(t);
  const age = () => gateway.parts.services.sync.status(lock.lockId)?.revocationAgeSeconds;
  assert((age() ?? 99) <= 7, `${age()}`);
  gateway.air.isDown = true;
  await clock.advanceAsync(3_600_000);
  assert(age()! >= 3_590 && age()! <= 3_620, `${age()}`);
  await gateway.restart();
  assert(age()! >= 3_590, `${age()}`);
  gateway.air.isDown = false;
  await clock.advanceAsync(70_000);
  assert(age()! <= 7, `${age()}`);
});
