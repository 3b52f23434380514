import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreError } from "../../store/store-error.ts";
import { LOCK_A, LOCK_B } from "../../testing/grants-fixture.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const grantAt = (publicKey: string, more: object = {}) => ({
  locks: [LOCK_A],
  publicKey,
  rights: ["unlock"],
  notAfter: "2027-12-31T23:00:00+01:00",
  ...more,
});

test("a grant is answered as it was signed, with its address", async (t) => {
  const { ask, publicKey } = await apiFixture(t);
  const wish = {
    id: "00000000000000a1",
    subject: "00000000000000b2",
    locks: [LOCK_B, LOCK_A],
    rights: ["lock", "unlock"],
    notBefore: "2027-06-01T00:00:00Z",
    uses: 5,
    name: "Anna",
  };
  const { status, headers, body } = await ask("POST", "/v1/grants", grantAt(publicKey, wish));
  assert.equal(status, 201);
  assert.equal(headers.location, "/v1/grants/00000000000000a1");
  const { document, ...rest } = body;
  assert(Buffer.from(document, "base64").length > 200);
  assert.deepEqual(rest, {
    id: "00000000000000a1",
    subject: "00000000000000b2",
    locks: [LOCK_A, LOCK_B],
    publicKey,
    rights: ["unlock", "lock"],
    notBefore: "2027-06-01T00:00:00.000Z",
    notAfter: "2027-12-31T22:00:00.000Z",
    uses: 5,
    name: "Anna",
    createdAt: "2027-01-07T00:00:00.000Z",
  });
  assert.deepEqual((await ask("GET", "/v1/grants/00000000000000a1")).body, body);
});

test("a revoked grant stays to be seen, and revoking it again is no mistake", async (t) => {
  const { ask, publicKey, clock } = await apiFixture(t);
  const { id } = (await ask("POST", "/v1/grants", grantAt(publicKey))).body;
  clock.advance(1000);
  for (let times = 0; times < 2; times++) {
    const { status, body } = await ask("DELETE", `/v1/grants/${id}`);
    assert.deepEqual([status, body], [204, undefined]);
    clock.advance(1000);
  }
  assert.equal((await ask("GET", `/v1/grants/${id}`)).body.revokedAt, "2027-01-07T00:00:01.000Z");
});

test("grants come in pages in order of id", async (t) => {
  const { ask, publicKey } = await apiFixture(t);
  const ids = ["0000000000000001", "0000000000000002", "0000000000000003"];
  for (const id of ids.toReversed()) await ask("POST", "/v1/grants", grantAt(publicKey, { id }));
  const first = (await ask("GET", "/v1/grants?limit=2")).body;
  assert.deepEqual(
    first.items.map((grant: { id: string }) => grant.id),
    ids.slice(0, 2),
  );
  const second = (await ask("GET", `/v1/grants?limit=2&after=${first.next}`)).body;
  assert.deepEqual(
    second.items.map((grant: { id: string }) => grant.id),
    ids.slice(2),
  );
  assert.equal("next" in second, false);
});

test("a grant that is not there is not found", async (t) => {
  const { ask } = await apiFixture(t);
  for (const method of ["GET", "DELETE"] as const) {
    const { status, body } = await ask(method, "/v1/grants/0000000000000009");
    assert.deepEqual([status, body.code], [404, "unknown-grant"]);
  }
});

test("every mistake in a grant is refused with its field", async (t) => {
  const { ask, publicKey } = await apiFixture(t);
  const mistakes: [object, string][] = [
    [{ locks: undefined }, "locks"],
    [{ locks: [] }, "locks"],
    [{ locks: [LOCK_A, LOCK_A] }, "locks"],
    [{ locks: ["front-door"] }, "locks[0]"],
    [{ locks: ["cccccccccccccccc"] }, "locks[0]"],
    [{ locks: Array.from({ length: 17 }, (_, i) => i.toString(16).padStart(16, "0")) }, "locks"],
    [{ publicKey: "02" }, "publicKey"],
    [{ publicKey: `02${"ff".repeat(32)}` }, "publicKey"],
    [{ rights: [] }, "rights"],
    [{ rights: ["fly"] }, "rights[0]"],
    [{ notAfter: undefined }, "notAfter"],
    [{ notAfter: "2027-02-30T00:00:00Z" }, "notAfter"],
    [{ notBefore: 5 }, "notBefore"],
    [{ uses: 0 }, "uses"],
    [{ uses: "3" }, "uses"],
    [{ uses: 2 ** 32 }, "uses"],
    [{ id: "1" }, "id"],
    [{ id: "0".repeat(16) }, "id"],
    [{ subject: "somebody" }, "subject"],
    [{ name: "x".repeat(101) }, "name"],
    [{ colour: "red" }, "colour"],
  ];
  for (const [mistake, field] of mistakes) {
    const { status, body } = await ask("POST", "/v1/grants", grantAt(publicKey, mistake));
    assert.deepEqual([status, body.code, body.field], [422, "field-invalid", field], JSON.stringify(mistake));
    assert(body.detail.startsWith(field) || body.detail.includes("paired"), body.detail);
  }
  assert.deepEqual((await ask("GET", "/v1/grants")).body, { items: [] });
});

test("an id that is taken is a conflict", async (t) => {
  const { ask, publicKey } = await apiFixture(t);
  const grant = grantAt(publicKey, { id: "00000000000000a1" });
  await ask("POST", "/v1/grants", grant);
  const { status, body } = await ask("POST", "/v1/grants", grant);
  assert.deepEqual([status, body.code, body.field], [409, "grant-exists", "id"]);
});

test("a full disk is told as such", async (t) => {
  const { ask, publicKey, grants } = await apiFixture(t);
  t.mock.method(grants, "add", async () => {
    throw new StoreError("full", "no room left on the disk for /data/portvakt.db");
  });
  const { status, body } = await ask("POST", "/v1/grants", grantAt(publicKey));
  assert.deepEqual(
    [status, body.code, body.detail],
    [507, "store-failed", "no room left on the disk for /data/portvakt.db."],
  );
});
