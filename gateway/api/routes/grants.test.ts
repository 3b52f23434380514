import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreError } from "../../store/store-error.ts";
import { LOCK_A, LOCK_B } from "../../testing/grants-fixture.ts";
import { apiFixture, TOKEN } from "../testing/api-fixture.ts";

const grantAt = (publicKey: string, more: object = {}) => ({
  locks: [LOCK_A],
  with: [{ kind: "key", publicKey }],
  rights: ["unlock"],
  until: "2027-12-31T23:00:00+01:00",
  ...more,
});

test("a grant is answered as it was signed, with its address", async (t) => {
  const { ask, groups, publicKey } = await apiFixture(t);
  const { groupId } = await groups.add({ name: "laundry", locks: [LOCK_B] });
  const wish = {
    id: "00000000000000a1",
    subject: "00000000000000b2",
    locks: [LOCK_B, LOCK_A],
    groups: ["laundry"],
    with: [
      { kind: "key", publicKey },
      { kind: "tag", uid: "04112233445566" },
    ],
    require: 2,
    rights: ["lock", "unlock"],
    from: "2027-06-01T00:00:00Z",
    schedule: [{ days: ["holiday", "mon", "fri"], from: "22:00", to: "24:00" }],
    uses: 5,
    name: "Anna",
  };
  const { status, headers, body } = await ask("POST", "/v1/grants", grantAt(publicKey, wish));
  assert.equal(status, 201);
  assert.equal(headers.location, "/v1/grants/00000000000000a1");
  const { document, ...rest } = body;
  assert(Buffer.from(document, "base64").length > 200);
  assert.deepEqual(rest, {
    ...wish,
    locks: [LOCK_A, LOCK_B],
    groups: [{ groupId, name: "laundry" }],
    rights: ["unlock", "lock"],
    from: "2027-06-01T00:00:00.000Z",
    until: "2027-12-31T22:00:00.000Z",
    schedule: [{ days: ["mon", "fri", "holiday"], from: "22:00", to: "24:00" }],
    createdAt: "2027-01-07T00:00:00.000Z",
  });
  assert.deepEqual((await ask("GET", "/v1/grants/00000000000000a1")).body, body);
});

test("a PIN is shown once, in the answer to the request that made it", async (t) => {
  const { ask, publicKey } = await apiFixture(t);
  const wish = grantAt(publicKey, { with: [{ kind: "pin" }] });
  const first = await ask("PUT", "/v1/grants/00000000000000a1", wish);
  assert.equal(first.status, 201);
  const [{ digits, ...pin }] = first.body.with;
  assert.match(digits, /^\d{6}$/);
  assert.deepEqual(pin, { kind: "pin" });
  const again = await ask("PUT", "/v1/grants/00000000000000a1", wish);
  assert.deepEqual([again.status, again.body.with], [200, [{ kind: "pin" }]]);
  assert.deepEqual((await ask("GET", "/v1/grants/00000000000000a1")).body, again.body);
});

test("an answer that is kept for an Idempotency-Key keeps no PIN", async (t) => {
  const { ask, publicKey, database } = await apiFixture(t);
  const wish = grantAt(publicKey, { with: [{ kind: "pin", digits: "271828" }] });
  assert.equal((await ask("POST", "/v1/grants", wish, TOKEN, { "idempotency-key": "a-key" })).status, 201);
  const tables = database.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
  const values = tables.flatMap(({ name }) => database.all<object>(`SELECT * FROM "${name}"`).flatMap(Object.values));
  const texts = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value));
  assert(texts.join(" ").includes(LOCK_A));
  assert(!texts.join(" ").includes("271828"));
});

test("the same id with the same content is the same grant, with other content a conflict", async (t) => {
  const { ask, publicKey } = await apiFixture(t);
  const id = "00000000000000a1";
  const wish = grantAt(publicKey, { name: "Anna" });
  const first = await ask("POST", "/v1/grants", { ...wish, id });
  for (const again of [await ask("PUT", `/v1/grants/${id}`, wish), await ask("POST", "/v1/grants", { ...wish, id })]) {
    assert.deepEqual([again.status, again.body], [200, first.body]);
  }
  const { status, body } = await ask("PUT", `/v1/grants/${id}`, { ...wish, name: "Bo" });
  assert.deepEqual([status, body.code, body.field], [409, "grant-exists", "id"]);
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
  const key = { kind: "key", publicKey };
  const noon = { days: ["mon"], from: "12:00", to: "13:00" };
  const mistakes: [object, string][] = [
    [{ locks: undefined }, "locks"],
    [{ locks: [] }, "locks"],
    [{ locks: [LOCK_A, LOCK_A] }, "locks"],
    [{ locks: ["front-door"] }, "locks[0]"],
    [{ locks: ["cccccccccccccccc"] }, "locks[0]"],
    [{ locks: Array.from({ length: 17 }, (_, i) => i.toString(16).padStart(16, "0")) }, "locks"],
    [{ groups: ["laundry"] }, "groups[0]"],
    [{ with: undefined }, "with"],
    [{ with: [] }, "with"],
    [{ with: [{ kind: "face" }] }, "with[0].kind"],
    [{ with: [{ kind: "key" }] }, "with[0].publicKey"],
    [{ with: [{ kind: "key", publicKey: "02" }] }, "with[0].publicKey"],
    [{ with: [{ kind: "key", publicKey: `02${"ff".repeat(32)}` }] }, "with[0].publicKey"],
    [{ with: [{ ...key, uid: "04112233445566" }] }, "with[0].uid"],
    [{ with: [key, { kind: "tag" }] }, "with[1].uid"],
    [{ with: [{ kind: "tag", uid: "0411223344556" }] }, "with[0].uid"],
    [{ with: [{ kind: "pin", digits: "12345" }] }, "with[0].digits"],
    [{ with: [{ kind: "pin", digits: "1234567890123" }] }, "with[0].digits"],
    [{ with: [{ kind: "pin", digits: "12345a" }] }, "with[0].digits"],
    [{ with: [{ kind: "pin" }, { kind: "pin" }] }, "with[1]"],
    [{ require: 2 }, "require"],
    [{ require: 4 }, "require"],
    [{ schedule: [] }, "schedule"],
    [{ schedule: [{ ...noon, days: [] }] }, "schedule[0].days"],
    [{ schedule: [{ ...noon, days: ["monday"] }] }, "schedule[0].days[0]"],
    [{ schedule: [{ ...noon, from: "24:00" }] }, "schedule[0].from"],
    [{ schedule: [{ ...noon, to: "24:01" }] }, "schedule[0].to"],
    [{ rights: [] }, "rights"],
    [{ rights: ["fly"] }, "rights[0]"],
    [{ until: undefined }, "until"],
    [{ until: "2027-02-30T00:00:00Z" }, "until"],
    [{ from: 5 }, "from"],
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
    assert(body.detail.startsWith(field) || /paired|no group/.test(body.detail), body.detail);
  }
  assert.deepEqual((await ask("GET", "/v1/grants")).body, { items: [] });
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

test("a carried grant is to be handed out until somebody says that it was", async (t) => {
  const { ask, publicKey } = await apiFixture(t);
  const address = "/v1/grants/00000000000000a1";
  const { status, body } = await ask("PUT", address, grantAt(publicKey, { carried: true }));
  assert.deepEqual([status, body.carried, body.toHandOut], [201, true, true]);
  assert.equal((await ask("POST", `${address}/handed-out`)).status, 204);
  const { toHandOut: _, ...handedOut } = body;
  assert.deepEqual((await ask("GET", address)).body, handedOut);
  const other = await ask("POST", "/v1/grants/00000000000000a2/handed-out");
  assert.deepEqual([other.status, other.body.code], [404, "unknown-grant"]);
});
