import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { verifyKeyChange } from "../../protocol/documents/key-change.ts";
import { verifyReceipt } from "../../protocol/documents/receipt.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { KeyFileError } from "./key-file.ts";
import { LocalIssuer } from "./local-issuer.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "portvakt-issuer-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

const load = (path: string, seed: number) => LocalIssuer.load(path, opensslSuite, new SeededRandom(seed));

test("the first start makes two keys that only the owner can read, and later starts find them", (t) => {
  const path = folder(t);
  const issuer = load(path, 1);
  assert.deepEqual(readdirSync(path).sort(), ["issuer.key", "operator.key"]);
  for (const name of readdirSync(path)) assert.equal(statSync(join(path, name)).mode & 0o777, 0o600);
  const again = load(path, 2);
  assert.deepEqual(again.publicKey, issuer.publicKey);
  assert.deepEqual(again.operator.publicKey, issuer.operator.publicKey);
  assert.notDeepEqual(issuer.publicKey, issuer.operator.publicKey);
});

test("what it signs verifies under its public key", async (t) => {
  const issuer = load(folder(t), 1);
  const receipt = { lockId: new Uint8Array(8), generation: 0, seq: 7, head: new Uint8Array(16) };
  const verified = verifyReceipt(opensslSuite, await issuer.signReceipt(receipt), issuer.publicKey);
  assert.deepEqual(verified, { ok: true, value: receipt });
});

test("it names the key that follows its own", async (t) => {
  const issuer = load(folder(t), 1);
  const change = { newIssuerPk: issuer.operator.publicKey, notBefore: 7 };
  const verified = verifyKeyChange(opensslSuite, await issuer.signKeyChange(change), issuer.publicKey);
  assert.deepEqual(verified, { ok: true, value: change });
});

test("a key that others can read is refused, with the command that mends it", (t) => {
  const path = folder(t);
  load(path, 1);
  const file = join(path, "issuer.key");
  chmodSync(file, 0o640);
  assert.throws(() => load(path, 1), new KeyFileError(`${file} is open to others (mode 640): run chmod 600 ${file}`));
});

test("a broken key file is refused and left as it is", (t) => {
  const path = folder(t);
  const file = join(path, "operator.key");
  for (const text of ["", "00", "f".repeat(64), "0".repeat(64), `${"1".repeat(63)}\n`, "g".repeat(64)]) {
    writeFileSync(file, text, { mode: 0o600 });
    assert.throws(() => load(path, 1), KeyFileError);
    assert.equal(readFileSync(file, "utf8"), text);
  }
});

test("a start that was killed while it made a key does not stop the next one", (t) => {
  const path = folder(t);
  writeFileSync(join(path, "issuer.key.new"), "12", { mode: 0o600 });
  assert.equal(load(path, 1).publicKey.length, 33);
});
