import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture, problem } from "../testing/cli-fixture.ts";

const KEPT = { subject: "00000000000000aa", grants: [] };

test("what is kept about somebody is shown as JSON, and erased", async (t) => {
  const { portvakt, out } = cliFixture(t, {
    "GET /v1/subjects/00000000000000aa": [{ body: KEPT }],
    "DELETE /v1/subjects/00000000000000aa": [{ status: 204 }],
  });
  await portvakt("subject", "export", "00000000000000AA");
  assert.deepEqual(JSON.parse(out.pop()!), KEPT);
  assert.equal((await portvakt("subject", "erase", "00000000000000AA")).exitCode, 0);
  assert.deepEqual(out, ["Nothing is kept about 00000000000000aa any more."]);
});

test("who has a grant in force is not erased, and it is said which", async (t) => {
  const { portvakt, err } = cliFixture(t, {
    "DELETE /v1/subjects/00000000000000aa": [problem(409, "subject-in-force", "grant 1 is in force: revoke it first")],
  });
  assert.equal((await portvakt("subject", "erase", "00000000000000aa")).exitCode, 1);
  assert.deepEqual(err, ["error: grant 1 is in force: revoke it first"]);
});
