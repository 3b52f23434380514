import assert from "node:assert/strict";
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { temporaryDirectory } from "../store/testing/temporary-directory.ts";
import { apiTokenFile, ensureApiToken } from "./api-token.ts";
import { tokensFixture } from "./testing/tokens-fixture.ts";

function fixture(test: Parameters<typeof tokensFixture>[0]) {
  const path = apiTokenFile(temporaryDirectory(test));
  return { ...tokensFixture(test), path, text: () => readFileSync(path, "utf8").trim() };
}

test("the first start makes an admin's token that its owner alone can read; later ones keep it", async (t) => {
  const { tokens, path, text } = fixture(t);
  await ensureApiToken(path, tokens);
  const first = text();
  assert.equal(tokens.authenticate(first)?.role, "admin");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await ensureApiToken(path, tokens);
  assert.equal(text(), first);
  assert.equal(tokens.list("", 10).length, 1);
});

test("a token whose store was lost between file and store, or was restored, is taken from the file", async (t) => {
  const { tokens, path } = fixture(t);
  const text = tokens.newText();
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  await ensureApiToken(path, tokens);
  assert.equal(tokens.authenticate(text)?.role, "admin");
});

test("a file that a power cut left empty gets a token, and who removes the file gets a new one", async (t) => {
  const { tokens, path, text } = fixture(t);
  writeFileSync(path, "", { mode: 0o600 });
  await ensureApiToken(path, tokens);
  const first = text();
  rmSync(path);
  await ensureApiToken(path, tokens);
  assert.notEqual(text(), first);
  assert.equal(tokens.authenticate(text())?.role, "admin");
});

test("half a token that a power cut left beside the file is no hindrance", async (t) => {
  const { tokens, path, text } = fixture(t);
  writeFileSync(`${path}.new`, "half", { mode: 0o600 });
  await ensureApiToken(path, tokens);
  assert.equal(tokens.authenticate(text())?.role, "admin");
});

test("a directory that takes no file is named in one sentence", async (t) => {
  const { tokens, path } = fixture(t);
  await assert.rejects(ensureApiToken(`${path}/below`, tokens), { code: "not-writable" });
});

test("a token that was revoked does not come back with the next start", async (t) => {
  const { tokens, path, text } = fixture(t);
  await ensureApiToken(path, tokens);
  await tokens.add({ role: "admin" });
  await tokens.revoke(tokens.authenticate(text())!.id);
  await ensureApiToken(path, tokens);
  assert.equal(tokens.authenticate(text()), undefined);
});

test("a file that others can read, or that holds no token, is refused in one sentence", async (t) => {
  const { tokens, path } = fixture(t);
  writeFileSync(path, "something", { mode: 0o600 });
  await assert.rejects(ensureApiToken(path, tokens), { code: "damaged", message: /remove it to get a new one$/ });
  chmodSync(path, 0o644);
  await assert.rejects(ensureApiToken(path, tokens), { code: "too-open" });
});
