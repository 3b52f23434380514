import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeRecord, RecordType } from "../../protocol/log/record.ts";
import { LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import { PERMISSIONS } from "./permissions.ts";
import { SCOPE_RULES, type ScopeRule } from "./scope-rules.ts";
import { apiFixture } from "./testing/api-fixture.ts";

const UNTIL = "2027-06-30T18:00:00+02:00";
const MINE = "Mine";
const THEIRS = "Theirs";
type Method = "GET" | "POST" | "PUT" | "DELETE";

/** A gateway with two tenants: lock A and what is there is ours, lock B theirs. Names and ids of theirs are all told apart. */
async function twoTenants(test: Parameters<typeof apiFixture>[0]) {
  const fixture = await apiFixture(test);
  const { ask, tokens, publicKey, events, setAside, pairingRows } = fixture;
  const made = async (method: Method, url: string, body: object) => {
    const answer = await ask(method, url, body);
    assert(answer.status < 300, `${url}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const furnish = async (name: string, lockId: string) => {
    const { groupId } = await made("POST", "/v1/groups", { name, locks: [lockId] });
    const grant = { name, until: UNTIL, with: [{ kind: "key", publicKey }], rights: ["unlock"] };
    const byLock = await made("POST", "/v1/grants", { ...grant, locks: [lockId] });
    const byGroup = await made("POST", "/v1/grants", { ...grant, groups: [groupId], subject: byLock.subject });
    await pairingRows.put({ ...PAIRING, id: lockId, lockId });
    return { lockId, groupId, grantId: byLock.id, groupGrantId: byGroup.id, subject: byLock.subject };
  };
  const mine = await furnish(MINE, LOCK_A);
  const theirs = await furnish(THEIRS, LOCK_B);
  const both = {
    name: THEIRS,
    until: UNTIL,
    with: [{ kind: "key", publicKey }],
    rights: ["unlock"],
    locks: [LOCK_A, LOCK_B],
  };
  const shared = await made("POST", "/v1/grants", both);
  await events.append([LOCK_A, LOCK_B, LOCK_B, LOCK_A].map((lockId, i) => record(lockId, i + 1)));
  for (const [cursor, lockId] of [
    [1, LOCK_A],
    [2, LOCK_B],
    [3, LOCK_B],
  ] as const) {
    await setAside.put({ cursor, lockId }, `${lockId} was refused`, 0);
  }
  const scope = { locks: [LOCK_A], groups: [mine.groupId] };
  const tokenWith = async (role: "viewer" | "installer" | "operator" | "tenant-administrator" | "admin") =>
    (await tokens.add({ role, scope })).text;
  return { ...fixture, mine, theirs, shared: shared.id as string, scope, tokenWith };
}

const PAIRING = { via: "tcp://127.0.0.1:1", state: "done" as const, step: "Done.", createdAtMs: 0 };

function record(lockId: string, seq: number) {
  const fields = { seq, time: 1, type: RecordType.doorClosed, slot: 0xff, result: 0, flags: 0, n: 0 };
  const payload = encodeRecord({ ...fields, ref: new Uint8Array(8), aux: new Uint8Array(8), h: new Uint8Array(16) });
  return { lockId, generation: 0, seq, kind: "record" as const, payload, receivedAtMs: 0 };
}

/** Bodies that would do harm at somebody else's. */
function bodiesFor(
  route: string,
  { lockId, groupId }: { lockId: string; groupId: string },
  publicKey: string,
): object[] {
  const grant = { until: UNTIL, with: [{ kind: "key", publicKey }], rights: ["unlock"] };
  if (route.includes("/grants")) {
    return [{ locks: [lockId] }, { groups: [groupId] }, { groups: [THEIRS] }, { locks: [LOCK_A, lockId] }].map(
      (place) => ({ ...grant, ...place }),
    );
  }
  if (route.endsWith("/actions")) return [{ action: "unlock" }];
  if (route.includes("/groups")) return [{ name: "Taken", locks: [lockId] }];
  if (route.includes("/tokens")) return [{ role: "admin" }];
  if (route.includes("/holidays")) return [{ dates: [] }];
  return [{}];
}

test("every route has a rule for tokens with a scope, and no rule is of a route that is not there", () => {
  assert.deepEqual(Object.keys(SCOPE_RULES).toSorted(), Object.keys(PERMISSIONS).toSorted());
});

test("what is about the whole gateway is no tenant administrator's", () => {
  for (const [route, rule] of Object.entries(SCOPE_RULES)) {
    const allowed = PERMISSIONS[route];
    if (rule === "whole" && allowed !== "anyone") assert(!allowed?.includes("tenant-administrator"), route);
  }
});

test("who has a scope decides about a lock within it, and not about the time of all locks", async (t) => {
  const { ask, played, tokenWith } = await twoTenants(t);
  const approve = (token?: string) => ask("POST", `/v1/locks/${LOCK_A}/sync/approval`, undefined, token);
  assert.equal((await approve(await tokenWith("operator"))).status, 200);
  assert.deepEqual(played.asked, [{ lockId: LOCK_A, approved: true }]);
  assert.equal((await approve()).status, 200);
  assert.deepEqual(played.asked.slice(1), [{ isTimeApproved: true }, { lockId: LOCK_A, approved: true }]);
});

test("no route shows or touches anything outside a token's scope, whatever its role", async (t) => {
  const fixture = await twoTenants(t);
  const { ask, theirs, shared, publicKey, tokenWith, grants, groups, siteSettings, setAside } = fixture;
  fixture.played.uplink = { state: "waiting", sentence: `The events of one lock wait: ${LOCK_B} is unknown.` };
  const stateOfTheirs = () =>
    JSON.stringify([
      [theirs.grantId, theirs.groupGrantId, shared].map((id) => grants.get(id)?.row),
      grants.list("", 1000).length,
      groups.get(theirs.groupId),
      siteSettings.ofLock(LOCK_B),
      setAside.get(2),
      setAside.get(3),
    ]);
  const marks = [LOCK_B, theirs.groupId, theirs.grantId, theirs.groupGrantId, theirs.subject, THEIRS, shared];
  const before = stateOfTheirs();
  for (const role of ["viewer", "installer", "operator", "tenant-administrator", "admin"] as const) {
    const token = await tokenWith(role);
    for (const [route, rule] of Object.entries(SCOPE_RULES)) {
      const [method, path = ""] = route.split(" ") as [Method, string];
      const ids = [theirs.grantId, theirs.groupGrantId, shared, LOCK_B];
      for (const url of new Set(ids.map((id) => addressOf(path, theirs, id)))) {
        for (const body of method === "GET" ? [undefined] : bodiesFor(route, theirs, publicKey)) {
          const { status, body: answer } = await ask(method, url, body, token);
          const where = `${role}: ${method} ${url} answered ${status} ${JSON.stringify(answer)}`;
          assert(expected(rule, path, status), where);
          // A refusal may name what was asked for, and nothing else.
          const told = status < 400 ? JSON.stringify(answer ?? null) : "";
          for (const mark of marks) assert(!told.includes(mark), `${where} tells of ${mark}`);
        }
      }
    }
  }
  assert.deepEqual(fixture.played.asked, []);
  assert.equal(stateOfTheirs(), before);
});

function addressOf(path: string, theirs: { groupId: string; subject: string }, id: string): string {
  return path
    .replace(":lockId", LOCK_B)
    .replace(":groupId", theirs.groupId)
    .replace(":subject", theirs.subject)
    .replace(":cursor", "2")
    .replace(":id", id);
}

/** Of what is outside; a role that may not do it at all is told so. */
function expected(rule: ScopeRule, path: string, status: number): boolean {
  switch (rule) {
    case "open":
      return status === 200;
    case "whole":
      return status === 403;
    case "cut":
      return path.includes(":") ? [403, 404].includes(status) : status === 200 || [403, 422].includes(status);
    case "grant":
      // An id that is nobody's may be given to a new grant, within.
      return [403, 404, 422].includes(status);
    default:
      return [403, 404].includes(status);
  }
}

test("a tenant administrator sees and does within its scope what an operator does", async (t) => {
  const { ask, mine, publicKey, tokenWith } = await twoTenants(t);
  const token = await tokenWith("tenant-administrator");
  const items = async (url: string) => (await ask("GET", url, undefined, token)).body.items;
  assert.deepEqual(
    (await items("/v1/locks")).map((lock: { lockId: string }) => lock.lockId),
    [LOCK_A],
  );
  assert.deepEqual(
    (await items("/v1/groups")).map((group: { name: string }) => group.name),
    [MINE],
  );
  const ids = [mine.grantId, mine.groupGrantId].toSorted();
  assert.deepEqual(
    (await items("/v1/grants")).map((grant: { id: string }) => grant.id),
    ids,
  );
  assert.deepEqual(
    (await items("/v1/events")).map((event: { seq: number }) => event.seq),
    [1, 4],
  );
  assert.deepEqual(
    (await items("/v1/outbox/set-aside")).map((event: { cursor: number }) => event.cursor),
    [1],
  );
  const decided = (await items(`/v1/locks/${LOCK_A}/decision`)).map((one: { grantId: string }) => one.grantId);
  assert.deepEqual(decided, [...ids, "6f70657261746f72"].toSorted());
  const { body: person } = await ask("GET", `/v1/subjects/${mine.subject}`, undefined, token);
  assert.deepEqual(
    person.grants.map((grant: { id: string }) => grant.id),
    ids,
  );
  const { body: exported } = await ask("GET", "/v1/events/export", undefined, token);
  assert(exported.includes(LOCK_A) && !exported.includes(LOCK_B));
  const { body: health } = await ask("GET", "/v1/health", undefined, token);
  assert.equal(health.details.locks, 1);
  const grant = { until: UNTIL, with: [{ kind: "key", publicKey }], rights: ["unlock"] };
  for (const place of [{ locks: [LOCK_A] }, { groups: [mine.groupId] }, { groups: [MINE] }]) {
    const { status, body } = await ask("POST", "/v1/grants", { ...grant, ...place }, token);
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal((await ask("DELETE", `/v1/grants/${body.id}`, undefined, token)).status, 204);
  }
  assert.equal((await ask("POST", `/v1/locks/${LOCK_A}/actions`, { action: "unlock" }, token)).status, 200);
});

test("asking with HEAD, or with If-Match, tells no more", async (t) => {
  const { api, ask, tokenWith } = await twoTenants(t);
  const token = await tokenWith("admin");
  for (const [url, status] of [
    [`/v1/locks/${LOCK_A}`, 200],
    [`/v1/locks/${LOCK_B}`, 404],
    ["/metrics", 403],
  ] as const) {
    const { statusCode } = await api.inject({ method: "HEAD", url, headers: { authorization: `Bearer ${token}` } });
    assert.equal(statusCode, status, url);
  }
  const settings = `/v1/locks/${LOCK_B}/settings`;
  const { status } = await ask("PUT", settings, { unlockSeconds: 9 }, token, { "if-match": "*" });
  assert.equal(status, 404);
});

test("pages within a scope are full, and end where the list does", async (t) => {
  const { ask, mine, tokenWith } = await twoTenants(t);
  const token = await tokenWith("tenant-administrator");
  const seen: string[] = [];
  let pages = 0;
  for (let url: string | undefined = "/v1/grants?limit=1"; url; pages++) {
    const { body } = await ask("GET", url, undefined, token);
    assert.equal(body.items.length, 1);
    seen.push(body.items[0].id);
    url = body.next && `/v1/grants?limit=1&after=${body.next}`;
  }
  assert.deepEqual([seen, pages], [[mine.grantId, mine.groupGrantId].toSorted(), 2]);
});

test("what a tenant may not choose would tell of others: a PIN's digits", async (t) => {
  const { ask, tokenWith } = await twoTenants(t);
  const grant = { locks: [LOCK_A], until: UNTIL, rights: ["unlock"], with: [{ kind: "pin", digits: "271828" }] };
  const { status, body } = await ask("POST", "/v1/grants", grant, await tokenWith("tenant-administrator"));
  assert.deepEqual([status, body.field], [422, "with[0].digits"]);
});

test("a lock that leaves a tenant's group is out of its scope at once", async (t) => {
  const { ask, mine, tokens } = await twoTenants(t);
  const scope = { locks: [], groups: [mine.groupId] };
  const { text } = await tokens.add({ role: "tenant-administrator", scope });
  assert.equal((await ask("GET", `/v1/locks/${LOCK_A}`, undefined, text)).status, 200);
  await ask("PUT", `/v1/groups/${mine.groupId}`, { name: MINE, locks: [] });
  assert.equal((await ask("GET", `/v1/locks/${LOCK_A}`, undefined, text)).status, 404);
});

test("a tenant administrator without a scope, or an empty one, can not be made", async (t) => {
  const { ask } = await apiFixture(t);
  for (const more of [{}, { scope: {} }, { scope: { locks: [], groups: [] } }]) {
    const { status, body } = await ask("POST", "/v1/tokens", { role: "tenant-administrator", ...more });
    assert.deepEqual([status, body.field], [422, "scope"]);
  }
  const { status, body } = await ask("POST", "/v1/tokens", {
    role: "tenant-administrator",
    scope: { locks: [LOCK_A] },
  });
  assert.deepEqual([status, body.scope], [201, { locks: [LOCK_A], groups: [] }]);
});

test("an admin with a scope is not the admin that has to be left", async (t) => {
  const { ask, tokens } = await apiFixture(t);
  await tokens.add({ role: "admin", scope: { locks: [LOCK_A], groups: [] } });
  const { body } = await ask("DELETE", "/v1/tokens/00000000000000ad");
  assert.equal(body.code, "last-admin");
});
