import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { KeyedRequestStore } from "../store/keyed-request-store.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import type { GrantRequest } from "./grant-request.ts";

const ANNA = "a1b2c3d4e5f60718";
const OTHER = "00000000000000bb";
const UNTIL = "2027-06-30T18:00:00+02:00";

async function setUp(t: Parameters<typeof grantsFixture>[0]) {
  const fixture = await grantsFixture(t);
  const give = (id: string, more: Partial<GrantRequest> = {}) =>
    fixture.grants.add({
      id,
      subject: ANNA,
      name: "Anna Andersson",
      locks: [LOCK_A, LOCK_B],
      until: UNTIL,
      with: [{ kind: "tag", uid: "04112233445566" }],
      rights: ["unlock"],
      ...more,
    });
  return { ...fixture, give };
}

const [FIRST, SECOND] = ["0000000000000001", "0000000000000002"] as const;

test("all grants of one person are found, and nobody else's", async (t) => {
  const { give, grants, subjects } = await setUp(t);
  await give(FIRST);
  await give(SECOND, { subject: OTHER });
  await give("0000000000000003");
  await grants.revoke(FIRST);
  assert.deepEqual(
    subjects.grantsOf(ANNA).map(({ row }) => row.id),
    [FIRST, "0000000000000003"],
  );
});

test("nobody is erased while a grant of theirs is in force; when it has ended or is revoked, they are", async (t) => {
  const { give, grants, subjects, clock } = await setUp(t);
  await give(FIRST);
  await give(SECOND, { until: "2027-01-08T00:00:00Z" });
  await assert.rejects(subjects.erase(ANNA), { code: "subject-in-force" });
  assert.equal(subjects.grantsOf(ANNA).length, 2);
  await grants.revoke(FIRST);
  clock.advance(2 * 86_400_000);
  assert.equal(await subjects.erase(ANNA), true);
  assert.deepEqual(subjects.grantsOf(ANNA), []);
  assert.equal(await subjects.erase(ANNA), false);
});

test("after erasure neither name nor pseudonym nor tag stands in any table, and its id still is nobody else's", async (t) => {
  const { give, grants, subjects, database } = await setUp(t);
  const answers = new KeyedRequestStore(database);
  await give(FIRST);
  await give(SECOND, { subject: OTHER, name: "Bo", with: [{ kind: "tag", uid: "04AABBCCDDEEFF".toLowerCase() }] });
  await answers.begin("token", "key", new Uint8Array(32));
  for (const trace of [ANNA, "04112233445566"]) assert.ok(tablesOf(database).includes(trace));
  await answers.answer("token", "key", {
    status: 201,
    headers: {},
    body: JSON.stringify({ subject: ANNA, name: "Anna" }),
  });
  await grants.revoke(FIRST);
  await subjects.erase(ANNA);
  const everything = tablesOf(database);
  for (const trace of ["Anna", ANNA, "04112233445566"]) {
    assert.ok(!everything.includes(trace), `${trace} is still there`);
  }
  assert.ok(everything.includes("Bo"));
  assert.deepEqual(await answers.begin("token", "key", new Uint8Array(32)), { fingerprint: new Uint8Array(32) });
  assert.deepEqual([grants.get(FIRST), grants.list("", 10).map(({ row }) => row.id)], [undefined, [SECOND]]);
  await assert.rejects(give(FIRST, { subject: OTHER }), { code: "grant-exists", field: "id" });
});

test("what was erased can not be read from the database's file either", async (t) => {
  const { give, grants, subjects, database } = await setUp(t);
  const { file } = database.get<{ file: string }>("SELECT file FROM pragma_database_list")!;
  await give(FIRST);
  await grants.revoke(FIRST);
  await subjects.erase(ANNA);
  database.close();
  const bytes = readFileSync(file);
  for (const trace of ["Anna Andersson", Buffer.from("04112233445566", "hex")]) assert.ok(!bytes.includes(trace));
});

test("locks go on refusing what was erased, wherever it is shown", async (t) => {
  const { give, grants, subjects, rosters, suite, publicKey } = await setUp(t);
  await give(FIRST, { with: [{ kind: "key", publicKey }] });
  await grants.revoke(FIRST);
  const deniedAt = (lockId: string) => {
    const roster = parseRoster(suite, rosters.document(lockId)!);
    assert.ok(roster.ok);
    const { denied, carriedFrom } = roster.value.claims;
    return [denied.map(toHex), carriedFrom];
  };
  const before = [deniedAt(LOCK_A), deniedAt(LOCK_B)];
  assert.ok(JSON.stringify(before).includes(FIRST));
  await subjects.erase(ANNA);
  assert.deepEqual([deniedAt(LOCK_A), deniedAt(LOCK_B)], before);
});

/** Every value of every table, bytes in hex. */
function tablesOf(database: { all<T>(sql: string): T[] }): string {
  const tables = database.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
  const rows = tables.flatMap(({ name }) => database.all<object>(`SELECT * FROM ${name}`));
  const values = rows.flatMap((row) => Object.values(row) as unknown[]);
  return values.map((value) => (value instanceof Uint8Array ? toHex(value) : String(value))).join("\n");
}
