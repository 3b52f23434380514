import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCK_A } from "../../testing/grants-fixture.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const ANNA = "00000000000000aa";
const GRANT = {
  id: "0000000000000001",
  subject: ANNA,
  name: "Anna",
  locks: [LOCK_A],
  until: "2027-06-30T18:00:00+02:00",
  with: [{ kind: "pin" }],
  rights: ["unlock"],
};

test("what is kept about somebody can be had, and erased once nothing is in force", async (t) => {
  const { ask } = await apiFixture(t);
  await ask("POST", "/v1/grants", GRANT);
  const { status, body } = await ask("GET", `/v1/subjects/${ANNA}`);
  assert.equal(status, 200);
  assert.deepEqual([body.subject, body.grants.length, body.grants[0].name], [ANNA, 1, "Anna"]);
  const refused = await ask("DELETE", `/v1/subjects/${ANNA}`);
  assert.deepEqual([refused.status, refused.body.code], [409, "subject-in-force"]);
  await ask("DELETE", `/v1/grants/${GRANT.id}`);
  assert.equal((await ask("DELETE", `/v1/subjects/${ANNA}`)).status, 204);
  assert.equal((await ask("GET", `/v1/subjects/${ANNA}`)).body.code, "unknown-subject");
  assert.equal((await ask("DELETE", `/v1/subjects/${ANNA}`)).status, 404);
  assert.equal((await ask("GET", `/v1/grants/${GRANT.id}`)).status, 404);
});
