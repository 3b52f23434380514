import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const ENTRY = {
  at: "2027-01-07T12:00:00.000Z",
  tokenId: "5b1f3c0d9e8a7b6c",
  role: "operator",
  operation: "actOnLock",
  object: { action: "unlock", lockId: "0a1b2c3d4e5f6071" },
  status: 200,
};

test("the audit is one table, oldest first, over all pages", async (t) => {
  const refused = { ...ENTRY, operation: "addToken", object: {}, status: 403, problem: "forbidden" };
  const { portvakt } = cliFixture(t, {
    "GET /v1/audit?limit=1000": [{ body: { items: [ENTRY], next: "n" } }],
    "GET /v1/audit?limit=1000&after=n": [{ body: { items: [refused] } }],
  });
  const { exitCode, out } = await portvakt("audit");
  assert.equal(exitCode, 0);
  assert.deepEqual(out, [
    "WHEN (UTC)           TOKEN             ROLE      WHAT       OUTCOME    OBJECT",
    "2027-01-07 12:00:00  5b1f3c0d9e8a7b6c  operator  actOnLock  200        action=unlock lockId=0a1b2c3d4e5f6071",
    "2027-01-07 12:00:00  5b1f3c0d9e8a7b6c  operator  addToken   forbidden",
  ]);
});
