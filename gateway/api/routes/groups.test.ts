import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCK_A, LOCK_B } from "../../testing/grants-fixture.ts";
import { apiFixture } from "../testing/api-fixture.ts";

test("a group is made, found, changed and dissolved", async (t) => {
  const { ask } = await apiFixture(t);
  const made = await ask("POST", "/v1/groups", { name: "laundry", locks: [LOCK_B, LOCK_A] });
  assert.equal(made.status, 201);
  const { groupId, ...rest } = made.body;
  assert.deepEqual(rest, { name: "laundry", locks: [LOCK_A, LOCK_B], createdAt: "2027-01-07T00:00:00.000Z" });
  const address = `/v1/groups/${groupId}`;
  assert.equal(made.headers.location, address);
  assert.deepEqual((await ask("GET", address)).body, made.body);
  const changed = await ask("PUT", address, { name: "cellar", locks: [LOCK_B] });
  assert.deepEqual([changed.status, changed.body.name, changed.body.locks], [200, "cellar", [LOCK_B]]);
  assert.deepEqual((await ask("GET", "/v1/groups")).body, { items: [changed.body] });
  assert.equal((await ask("DELETE", address)).status, 204);
  for (const method of ["GET", "DELETE"] as const) {
    assert.equal((await ask(method, address)).body.code, "unknown-group");
  }
});

test("every mistake in a group is refused with its field", async (t) => {
  const { ask } = await apiFixture(t);
  await ask("POST", "/v1/groups", { name: "laundry", locks: [] });
  const mistakes: [object, string, string][] = [
    [{ name: "" }, "field-invalid", "name"],
    [{ name: "00000000000000a1" }, "field-invalid", "name"],
    [{ name: "laundry" }, "group-exists", "name"],
    [{ locks: ["cccccccccccccccc"] }, "field-invalid", "locks[0]"],
    [{ locks: [LOCK_A, LOCK_A] }, "field-invalid", "locks"],
    [{ colour: "red" }, "field-invalid", "colour"],
  ];
  for (const [mistake, code, field] of mistakes) {
    const { body } = await ask("POST", "/v1/groups", { name: "cellar", locks: [LOCK_A], ...mistake });
    assert.deepEqual([body.code, body.field], [code, field], JSON.stringify(mistake));
  }
  const { body } = await ask("PUT", `/v1/groups/${LOCK_A}`, { name: "cellar", locks: [] });
  assert.deepEqual([body.code, body.field], ["field-invalid", "groupId"]);
});
