import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { apiFixture, TOKEN } from "./testing/api-fixture.ts";

const GROUP = "/v1/groups/00112233445566aa";

async function fixture(test: Parameters<typeof apiFixture>[0]) {
  const parts = await apiFixture(test);
  const put = (name: string, headers: Record<string, string> = {}) =>
    parts.ask("PUT", GROUP, { name, locks: [LOCK_A] }, TOKEN, headers);
  const get = (headers: Record<string, string> = {}) => parts.ask("GET", GROUP, undefined, TOKEN, headers);
  return { ...parts, put, get };
}

test("an answer has a tag that changes when it does, and with that tag nothing is sent twice", async (t) => {
  const { put, get } = await fixture(t);
  await put("Stair 4");
  const { headers } = await get();
  const tag = String(headers.etag);
  assert.match(tag, /^"[\w-]{16}"$/);
  const unchanged = await get({ "if-none-match": `"other", W/${tag}` });
  assert.deepEqual([unchanged.status, unchanged.body, unchanged.headers.etag], [304, undefined, tag]);
  await put("Stair 5");
  assert.equal((await get({ "if-none-match": tag })).status, 200);
});

test("a change is made if what it changes is still as it was read", async (t) => {
  const { put, get, ask } = await fixture(t);
  await put("Stair 4");
  const tag = String((await get()).headers.etag);
  assert.equal((await put("Stair 5", { "if-match": tag })).status, 200);
  const late = await put("Stair 6", { "if-match": tag });
  assert.deepEqual([late.status, late.body.code], [412, "precondition-failed"]);
  assert.equal((await ask("DELETE", GROUP, undefined, TOKEN, { "if-match": tag })).status, 412);
  assert.equal((await get()).body.name, "Stair 5");
  assert.equal((await put("Stair 7", { "if-match": "*" })).status, 200);
  assert.equal((await put("Stair 8")).status, 200);
});

test("of two changes at once under the same tag one is made", async (t) => {
  const { put, get } = await fixture(t);
  await put("Stair 4");
  const tag = String((await get()).headers.etag);
  const answers = await Promise.all([put("Stair 5", { "if-match": tag }), put("Stair 6", { "if-match": tag })]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 412]);
});

test("who is turned away meanwhile does not make room for another change under the same tag", async (t) => {
  const { ask, grants, publicKey } = await apiFixture(t);
  const url = "/v1/grants/00112233445566bb";
  const body = { locks: [LOCK_A], with: [{ kind: "key", publicKey }], rights: ["unlock", "essential"] };
  assert.equal((await ask("PUT", url, body)).status, 201);
  const headers = { "if-match": String((await ask("GET", url)).headers.etag) };
  const add = grants.add.bind(grants);
  const arrived = new Promise<() => void>((resolve) => {
    grants.add = (request) => new Promise((answer) => resolve(() => answer(add(request))));
  });
  const first = ask("PUT", url, body, TOKEN, headers);
  const goOn = await arrived;
  const second = async (token: string) => (await ask("DELETE", url, undefined, token, headers)).status;
  assert.deepEqual([await second(""), await second(TOKEN), await second(TOKEN)], [401, 412, 412]);
  goOn();
  assert.equal((await first).status, 200);
  assert.equal(await second(TOKEN), 204);
});

test("what is not there is not found, whatever its tag should be", async (t) => {
  const { ask } = await fixture(t);
  assert.equal((await ask("DELETE", GROUP, undefined, TOKEN, { "if-match": '"x"' })).status, 404);
});
