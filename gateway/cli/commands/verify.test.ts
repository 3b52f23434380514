import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { nobleSuite } from "../../../crypto/noble.ts";
import { ExportedLock } from "../../verify/testing/exported-lock.ts";
import { cliFixture } from "../testing/cli-fixture.ts";

const lock = new ExportedLock(nobleSuite, 1);
const { lockId, sigPk } = lock;
const [first, second, third, head] = [lock.record(), lock.record(), lock.record(), lock.head()];
const KEY = { lockKey: { lockId, sigPk } };
const text = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

function setUp(t: Parameters<typeof cliFixture>[0]) {
  const fixture = cliFixture(t);
  const keys = join(fixture.directory, "keys");
  writeFileSync(keys, text({ lockId, via: "tcp://127.0.0.1:1", sigPk }));
  const file = join(fixture.directory, "export");
  return {
    ...fixture,
    verify: (...lines: object[]) => {
      writeFileSync(file, text(...lines));
      return fixture.portvakt("verify", file, "--keys", keys);
    },
    file,
  };
}

test("an export that holds is one line a lock, and 0", async (t) => {
  const { verify } = setUp(t);
  const { exitCode, out, err } = await verify(KEY, first, second, third, head);
  assert.deepEqual(err, []);
  assert.equal(exitCode, 0);
  assert.deepEqual(out, [`${lockId}  generation 0  records 1 to 3, all signed by the lock`]);
});

test("one that does not hold says why, and 7", async (t) => {
  const { verify } = setUp(t);
  const { exitCode, out, err } = await verify(KEY, first, third, head);
  assert.equal(exitCode, 7);
  const why = "records 2 to 2 are not there, and nothing reports them missing";
  assert.deepEqual(out, [`${lockId}  generation 0  does not hold: ${why}`]);
  assert.deepEqual(err, ["error: 1 of 1 logs do not hold"]);
});

test("what holds but is not proven is 8: unsigned records, a claimed key, no key, no events", async (t) => {
  const { verify, portvakt, file, out } = setUp(t);
  assert.equal((await verify(KEY, first, second)).exitCode, 8);
  assert.equal(out.pop(), `${lockId}  generation 0  records 1 to 2, none signed by the lock`);
  assert.equal((await verify()).exitCode, 8);
  writeFileSync(file, text(KEY, second, third, head));
  assert.equal((await portvakt("verify", file)).exitCode, 8);
  const words =
    "records 2 to 3, 1 of them not signed by the lock, what stood before is not in it, by the key that the export itself claims";
  assert.equal(out.pop(), `${lockId}  generation 0  ${words}`);
  writeFileSync(file, text(first, lock.gap(2, 2), third, lock.lost(4, 9)));
  assert.equal((await portvakt("verify", file)).exitCode, 8);
  const lost =
    "records 1 to 3, none signed by the lock, 1 missing at the lock, 6 lost at the gateway, its key is not known";
  assert.equal(out.pop(), `${lockId}  generation 0  ${lost}`);
});

test("from stdin, and as JSON for programs", async (t) => {
  const { portvakt, io, out } = setUp(t);
  io.stdin = Readable.from([Buffer.from(text(KEY, first))]);
  await portvakt("verify", "-", "--json");
  assert.deepEqual(JSON.parse(out[0]!), {
    lockId,
    generation: 0,
    firstSeq: 1,
    lastSeq: 1,
    signedThrough: 0,
    unsigned: 1,
    missingAtLock: 0,
    missingAtGateway: 0,
    key: "claimed",
  });
});

test("files that can not be read, or are something else, are named", async (t) => {
  const { portvakt, file, err } = setUp(t);
  assert.equal((await portvakt("verify", "/nowhere/export")).exitCode, 2);
  assert.equal(err.pop(), "error: /nowhere/export can not be read (ENOENT)");
  writeFileSync(file, "hello\n");
  assert.equal((await portvakt("verify", file)).exitCode, 7);
  assert.equal(err.pop(), `error: ${file}: line 1: it is no JSON`);
});
