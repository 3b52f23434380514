import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cliFixture, problem, refused } from "./testing/cli-fixture.ts";

const NO_LOCKS = { "GET /v1/locks": [{ body: { items: [] } }] };

test("address and token come from the configuration", async (t) => {
  const { portvakt, requests } = cliFixture(t, NO_LOCKS);
  assert.equal((await portvakt("locks")).exitCode, 0);
  assert.deepEqual(requests, [{ url: "http://127.0.0.1:9999/v1/locks", token: "Bearer the-token" }]);
});

test("address and token can be given instead", async (t) => {
  const { portvakt, requests, directory } = cliFixture(t, NO_LOCKS);
  const tokenFile = join(directory, "other-token");
  writeFileSync(tokenFile, "another\n");
  await portvakt("locks", "--url", "http://[::1]:7/", "--token-file", tokenFile);
  assert.deepEqual(requests, [{ url: "http://[::1]:7/v1/locks", token: "Bearer another" }]);
});

test("a daemon that listens everywhere is called on loopback", async (t) => {
  const { portvakt, requests, config } = cliFixture(t, NO_LOCKS);
  writeFileSync(config, 'data = "."\n[api]\nlisten = "0.0.0.0:9999"\nallow_plain_http = true\n');
  await portvakt("locks");
  assert.equal(requests[0]?.url, "http://127.0.0.1:9999/v1/locks");
});

test("a daemon that is not running is told in one line, with how to start it", async (t) => {
  const { portvakt, config } = cliFixture(t, { "GET /v1/locks": [refused("ECONNREFUSED")] });
  const { exitCode, out, err } = await portvakt("locks");
  assert.equal(exitCode, 3);
  assert.deepEqual(out, []);
  assert.deepEqual(err, [
    `error: portvakt is not running at http://127.0.0.1:9999 (start it with: portvakt run --config ${config})`,
  ]);
});

test("a daemon that never ran has no token, and that is told the same way", async (t) => {
  const { portvakt, config, directory, requests } = cliFixture(t);
  rmSync(join(directory, "api-token"));
  const { exitCode, err } = await portvakt("locks");
  assert.equal(exitCode, 3);
  const path = join(directory, "api-token");
  assert.deepEqual(err, [
    `error: portvakt has not run yet: there is no token at ${path} (start it with: portvakt run --config ${config})`,
  ]);
  assert.deepEqual(requests, []);
});

test("a token file of one's own that is not there is told by its name", async (t) => {
  const { portvakt } = cliFixture(t);
  const { exitCode, err } = await portvakt("locks", "--token-file", "/nowhere/token");
  assert.deepEqual([exitCode, err], [1, ["error: the token at /nowhere/token can not be read (ENOENT)"]]);
});

test("an answer that does not come is waited for no longer than two minutes", async (t) => {
  const { portvakt, io } = cliFixture(t);
  io.fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  const { exitCode, err } = await portvakt("locks");
  assert.equal(exitCode, 3);
  assert.deepEqual(err, ["error: portvakt can not be reached at http://127.0.0.1:9999 (no proper answer in time)"]);
});

test("something else at that address is not taken for portvakt", async (t) => {
  const { portvakt } = cliFixture(t, { "GET /v1/locks": [{ status: 404, body: "no such page" }] });
  const { exitCode, err } = await portvakt("locks");
  assert.equal(exitCode, 1);
  assert.deepEqual(err, ["error: the answer was 404, and not from portvakt"]);
});

test("with --json a refusal is the API's problem, on stderr", async (t) => {
  const answer = problem(401, "unauthorized", "The bearer token is wrong.");
  const { portvakt } = cliFixture(t, { "GET /v1/locks": [answer] });
  const { exitCode, out, err } = await portvakt("locks", "--json");
  assert.equal(exitCode, 1);
  assert.deepEqual(out, []);
  assert.equal(JSON.parse(err[0]!).code, "unauthorized");
});

test("a command line that is wrong ends with 2 and one line", async (t) => {
  for (const args of [["unlock"], ["pair", "LK1:X"], ["grant", "add"], ["fly"], ["locks", "--colour"]]) {
    const { portvakt } = cliFixture(t);
    const { exitCode, err } = await portvakt(...args);
    assert.equal(exitCode, 2, args.join(" "));
    assert.match(err[0]!, /^error: /);
  }
});

test("a configuration that is wrong ends with 2 and one line", async (t) => {
  const { portvakt, config } = cliFixture(t);
  writeFileSync(config, "dta = 1");
  const { exitCode, err } = await portvakt("locks");
  assert.equal(exitCode, 2);
  assert.deepEqual(err, [`error: ${config}: dta is not a known key; did you mean "data"?`]);
});

test("help states the exit codes, and each command's help the options that all have", async (t) => {
  const { portvakt, out } = cliFixture(t);
  assert.equal((await portvakt("--help")).exitCode, 0);
  assert.match(out.join("\n"), /Exit codes:\n {2}0 {2}done/);
  out.length = 0;
  await portvakt("unlock", "--help");
  assert.match(out.join("\n"), /--config <file>/);
});
