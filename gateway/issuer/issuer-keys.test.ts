import assert from "node:assert/strict";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { temporaryDirectory } from "../store/testing/temporary-directory.ts";
import { IssuerKeys, type KeyMoves } from "./issuer-keys.ts";

const MOVED = new Uint8Array(8).fill(1);
const WAITING = new Uint8Array(8).fill(2);

/** The keys of a directory in which a change may have been written down. */
function setUp(t: TestContext) {
  const directory = temporaryDirectory(t);
  const random = new SeededRandom(1);
  let newIssuerPk: Uint8Array | undefined;
  const moves: KeyMoves = { newIssuerPk: () => newIssuerPk, hasMoved: (lockId) => lockId.startsWith("01") };
  const load = () => IssuerKeys.load(directory, opensslSuite, random, moves);
  const change = () => {
    const keys = load();
    newIssuerPk = keys.drawNext(random);
    return keys;
  };
  return { load, change, random, key: join(directory, "issuer.key"), next: join(directory, "issuer-next.key") };
}

const point = (secret: Parameters<typeof opensslSuite.p256PublicKey>[0]) => opensslSuite.p256PublicKey(secret);

test("a next key that was drawn but never written down is no key of the issuer", (t) => {
  const { load, random, next } = setUp(t);
  const keys = load();
  keys.drawNext(random);
  assert.ok(existsSync(next));
  assert.deepEqual(load().publicKeys, [keys.publicKey]);
  assert.deepEqual(load().drawNext(random), keys.drawNext(random));
});

test("from the moment that it is written down, the next key signs, and the former for locks that have not moved", (t) => {
  const { load, change } = setUp(t);
  const former = change().publicKey;
  const keys = load();
  assert.deepEqual(keys.publicKeys, [former, keys.publicKey]);
  assert.deepEqual(point(keys.keyFor(MOVED)), keys.publicKey);
  assert.deepEqual(point(keys.keyFor(WAITING)), former);
});

test("until a change is written down, the former key signs for all locks, also for those that moved the last time", (t) => {
  const { load, change, random } = setUp(t);
  change();
  const keys = load();
  keys.end();
  const former = keys.publicKey;
  keys.drawNext(random);
  keys.begin();
  assert.deepEqual(point(keys.keyFor(MOVED)), former);
});

test("the end of a change is one step on the disk, before and after which everything can be read", (t) => {
  const { load, change, key, next } = setUp(t);
  change();
  const keys = load();
  keys.end();
  assert.equal(existsSync(next), false);
  assert.deepEqual(load().publicKeys, [keys.publicKey]);
  assert.deepEqual(point(load().keyFor(WAITING)), keys.publicKey);
  assert.ok(existsSync(key));
});

test("a key that locks trust is not made anew where it is missing, nor another taken for it", (t) => {
  const { load, change, random, key, next } = setUp(t);
  change();
  renameSync(next, `${next}.kept`);
  assert.throws(load, { name: "KeyFileError", message: /issuer-next.key is not there, .*: put it back/ });
  renameSync(`${next}.kept`, key);
  const keys = load();
  keys.drawNext(random);
  renameSync(next, key);
  keys.drawNext(random);
  assert.throws(load, { name: "KeyFileError", message: /issuer-next.key holds another: put the right one back/ });
  rmSync(key);
  assert.throws(load, { name: "KeyFileError", message: /issuer.key is not there, .*: put it back/ });
  assert.equal(existsSync(key), false);
});
