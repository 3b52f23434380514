import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture, problem } from "../testing/cli-fixture.ts";

test("an export is written as it comes, of all locks or of one", async (t) => {
  const { portvakt, out } = cliFixture(t, {
    "GET /v1/events/export": [{ body: { lockKey: 1 } }],
    "GET /v1/events/export?lockId=aaaaaaaaaaaaaaaa": [{ body: { lockKey: 2 } }],
  });
  assert.equal((await portvakt("export")).exitCode, 0);
  assert.equal((await portvakt("export", "--lock", "AAAAAAAAAAAAAAAA")).exitCode, 0);
  assert.deepEqual(out, ['{"lockKey":1}', '{"lockKey":2}']);
});

test("an export that the daemon refuses is a failure", async (t) => {
  const { portvakt, err } = cliFixture(t, {
    "GET /v1/events/export": [problem(403, "forbidden", "A token of the role installer may not do this.")],
  });
  assert.equal((await portvakt("export")).exitCode, 1);
  assert.deepEqual(err, ["error: A token of the role installer may not do this."]);
});
