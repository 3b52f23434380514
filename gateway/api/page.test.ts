import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { cursorAt } from "./page.ts";
import { apiFixture } from "./testing/api-fixture.ts";

test("a page links to the next one, with everything that was asked for", async (t) => {
  const { ask } = await apiFixture(t);
  const first = await ask("GET", "/v1/locks?limit=1");
  assert.equal(first.headers.link, `</v1/locks?limit=1&after=${first.body.next}>; rel="next"`);
  const [, url = ""] = /<(.*)>/.exec(String(first.headers.link)) ?? [];
  const second = await ask("GET", url);
  assert.notEqual(second.body.items[0].lockId, LOCK_A);
  const all = await ask("GET", "/v1/locks");
  assert.equal(all.headers.link, undefined);
});

test("links come to an end, at events as well, where there is always a next cursor", async (t) => {
  const { ask } = await apiFixture(t);
  const { headers, body } = await ask("GET", "/v1/events");
  assert.deepEqual([headers.link, typeof body.next], [undefined, "string"]);
});

test("a cursor is good for its own list alone", async (t) => {
  const { ask } = await apiFixture(t);
  const cursors = ["", "0", LOCK_A, "%00", cursorAt("events", 1), cursorAt("locks", "not hex"), "x".repeat(101)];
  for (const after of cursors) {
    const { status, body } = await ask("GET", `/v1/locks?after=${after}`);
    assert.deepEqual([status, body.code, body.field], [422, "field-invalid", "after"], after);
  }
});

test("the limit has limits", async (t) => {
  const { ask } = await apiFixture(t);
  for (const limit of ["0", "1001", "x"]) assert.equal((await ask("GET", `/v1/locks?limit=${limit}`)).status, 422);
});
