import assert from "node:assert/strict";
import { test } from "node:test";
import { apiFixture, TOKEN } from "../testing/api-fixture.ts";

test("a token is made, shown once, used, listed and revoked", async (t) => {
  const { ask } = await apiFixture(t);
  const made = await ask("POST", "/v1/tokens", { role: "viewer", name: "Board", expiresAt: "2027-02-01T00:00:00Z" });
  const { token, ...view } = made.body;
  assert.equal(made.status, 201);
  assert.equal(made.headers.location, `/v1/tokens/${view.id}`);
  assert.deepEqual(view, {
    id: token.split(".")[0],
    role: "viewer",
    name: "Board",
    createdAt: "2027-01-07T00:00:00.000Z",
    expiresAt: "2027-02-01T00:00:00.000Z",
  });
  assert.equal((await ask("GET", "/v1/locks", undefined, token)).status, 200);
  assert.deepEqual((await ask("GET", `/v1/tokens/${view.id}`)).body, { ...view, lastUsedOn: "2027-01-07" });
  assert.equal((await ask("GET", "/v1/tokens")).body.items.length, 2);
  for (let time = 0; time < 2; time++) assert.equal((await ask("DELETE", `/v1/tokens/${view.id}`)).status, 204);
  assert.equal((await ask("GET", "/v1/locks", undefined, token)).status, 401);
  assert.equal((await ask("GET", `/v1/tokens/${view.id}`)).body.revokedAt, "2027-01-07T00:00:00.000Z");
});

test("tokens come in pages in order of id", async (t) => {
  const { ask, tokenFor } = await apiFixture(t);
  const ids = [TOKEN, await tokenFor("viewer"), await tokenFor("viewer")]
    .map((token) => token.split(".")[0])
    .toSorted();
  const first = await ask("GET", "/v1/tokens?limit=2");
  const second = await ask("GET", `/v1/tokens?limit=2&after=${first.body.next}`);
  const items: { id: string }[] = [...first.body.items, ...second.body.items];
  assert.deepEqual(
    items.map(({ id }) => id),
    ids,
  );
  assert.equal(second.body.next, undefined);
});

test("the last admin can not be revoked, and a token that is not there not at all", async (t) => {
  const { ask } = await apiFixture(t);
  const last = await ask("DELETE", `/v1/tokens/${TOKEN.split(".")[0]}`);
  assert.deepEqual([last.status, last.body.code], [409, "last-admin"]);
  for (const method of ["GET", "DELETE"] as const) {
    assert.equal((await ask(method, "/v1/tokens/0000000000000000")).body.code, "unknown-token");
  }
});

test("a role that is none, and an end that is over, are refused by name", async (t) => {
  const { ask } = await apiFixture(t);
  const role = await ask("POST", "/v1/tokens", { role: "king" });
  assert.deepEqual([role.status, role.body.field], [422, "role"]);
  assert.match(role.body.detail, /viewer, installer, operator, tenant-administrator, admin/);
  const expired = await ask("POST", "/v1/tokens", { role: "viewer", expiresAt: "2027-01-06T00:00:00Z" });
  assert.deepEqual([expired.status, expired.body.field], [422, "expiresAt"]);
});
