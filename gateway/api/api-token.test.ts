import assert from "node:assert/strict";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { temporaryDirectory } from "../store/testing/temporary-directory.ts";
import { apiTokenFile, loadApiToken } from "./api-token.ts";

test("the token is made once, for its owner alone", (t) => {
  const path = apiTokenFile(temporaryDirectory(t));
  const token = loadApiToken(path, new SeededRandom(1));
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(loadApiToken(path, new SeededRandom(2)), token);
});

test("a token file that a power cut left empty is written anew", (t) => {
  const path = apiTokenFile(temporaryDirectory(t));
  writeFileSync(path, "", { mode: 0o600 });
  assert.match(loadApiToken(path, new SeededRandom(1)), /^[\w-]{43}$/);
});

test("a token that others can read is refused", (t) => {
  const path = apiTokenFile(temporaryDirectory(t));
  loadApiToken(path, new SeededRandom(1));
  chmodSync(path, 0o644);
  assert.throws(() => loadApiToken(path, new SeededRandom(1)), { code: "too-open" });
});
