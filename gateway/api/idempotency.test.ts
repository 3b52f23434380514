import assert from "node:assert/strict";
import { test } from "node:test";
import { Reason } from "../../protocol/wire/reason.ts";
import { LOCK_A } from "../testing/grants-fixture.ts";
import type { ActOutcome } from "./services.ts";
import { apiFixture, TOKEN } from "./testing/api-fixture.ts";

const ACTIONS_OF_A = `/v1/locks/${LOCK_A}/actions`;
const UNLOCK = { action: "unlock" };
const KEY = { "idempotency-key": "8e03978e-40d5-43e8-bc93-6894a57f9324" };

async function fixture(test: Parameters<typeof apiFixture>[0]) {
  const parts = await apiFixture(test);
  const unlock = (body: object = UNLOCK, headers: Record<string, string> = KEY, token = TOKEN) =>
    parts.ask("POST", ACTIONS_OF_A, body, token, headers);
  return { ...parts, unlock };
}

test("the same request with the same key acts once and gets the same answer", async (t) => {
  const { unlock, played } = await fixture(t);
  const first = await unlock();
  played.outcome = { kind: "done", flags: 1, seq: 99 };
  const again = await unlock();
  assert.deepEqual([again.status, again.body], [first.status, first.body]);
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.equal(again.headers["content-type"], first.headers["content-type"]);
  assert.equal(played.asked.length, 1);
});

test("a key is the same whether it is quoted, as the draft wants it, or bare", async (t) => {
  const { unlock, played } = await fixture(t);
  await unlock(UNLOCK, { "idempotency-key": '"a-key"' });
  await unlock(UNLOCK, { "idempotency-key": "a-key" });
  assert.equal(played.asked.length, 1);
});

test("requests without a key, with another one, or by another token are others", async (t) => {
  const { unlock, played, tokenFor } = await fixture(t);
  await unlock();
  await unlock(UNLOCK, {});
  await unlock(UNLOCK, { "idempotency-key": "another" });
  await unlock(UNLOCK, KEY, await tokenFor("operator"));
  assert.equal(played.asked.length, 4);
});

test("the same key with another body, or for another address, is refused", async (t) => {
  const { unlock, ask, played } = await fixture(t);
  await unlock();
  const other = await unlock({ action: "hold" });
  assert.deepEqual([other.status, other.body.code], [422, "key-reused"]);
  const elsewhere = await ask("POST", "/v1/tokens", { role: "viewer" }, TOKEN, KEY);
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [422, "key-reused"]);
  assert.equal(played.asked.length, 1);
});

test("while a request runs its key is a conflict", async (t) => {
  const { unlock, played } = await fixture(t);
  let end = (_outcome: ActOutcome) => {};
  played.act = () => new Promise((resolve) => (end = resolve));
  const first = unlock();
  while (played.asked.length === 0) await new Promise(setImmediate);
  const meanwhile = await unlock();
  assert.deepEqual([meanwhile.status, meanwhile.body.code], [409, "key-running"]);
  end({ kind: "done", flags: 0, seq: 7 });
  assert.equal((await first).status, 200);
  assert.equal((await unlock()).body.seq, 7);
});

test("after a kill in the middle a repeat never acts: it says that nobody knows", async (t) => {
  const { unlock, played, build } = await fixture(t);
  played.act = () => new Promise(() => {});
  void unlock();
  while (played.asked.length === 0) await new Promise(setImmediate);
  const next = await build();
  t.after(() => next.close());
  for (let repeat = 0; repeat < 2; repeat++) {
    const response = await next.inject({
      method: "POST",
      url: ACTIONS_OF_A,
      headers: { authorization: `Bearer ${TOKEN}`, ...KEY },
      payload: UNLOCK,
    });
    assert.deepEqual([response.statusCode, response.json().code], [409, "request-interrupted"]);
  }
  assert.equal(played.asked.length, 1);
});

test("an answer outlives the daemon that gave it", async (t) => {
  const { unlock, played, build } = await fixture(t);
  const first = await unlock();
  const next = await build();
  t.after(() => next.close());
  const again = await next.inject({
    method: "POST",
    url: ACTIONS_OF_A,
    headers: { authorization: `Bearer ${TOKEN}`, ...KEY },
    payload: UNLOCK,
  });
  assert.deepEqual([again.statusCode, again.json()], [first.status, first.body]);
  assert.equal(played.asked.length, 1);
});

test("a refusal is an answer; that nothing reached the lock is worth another try", async (t) => {
  const { unlock, played } = await fixture(t);
  played.outcome = { kind: "unreachable", message: "The lock does not answer." };
  assert.equal((await unlock()).status, 503);
  played.outcome = { kind: "refused", reason: Reason.expired };
  assert.equal((await unlock()).status, 409);
  played.outcome = { kind: "done", flags: 0, seq: 1 };
  assert.deepEqual((await unlock()).body.reason, Reason.expired);
  assert.equal(played.asked.length, 2);
});

test("a request that is refused for its form leaves its key free", async (t) => {
  const { unlock, played } = await fixture(t);
  assert.equal((await unlock({ action: "fly" })).status, 422);
  assert.equal((await unlock()).status, 200);
  assert.equal(played.asked.length, 1);
});

test("a key that is none is refused before anything is done", async (t) => {
  const { unlock, played } = await fixture(t);
  for (const key of ["", "with space", "x".repeat(256), "å"]) {
    const { status, body } = await unlock(UNLOCK, { "idempotency-key": key });
    assert.deepEqual([status, body.field], [422, "Idempotency-Key"], key);
  }
  assert.deepEqual(played.asked, []);
});

test("what is shown once is not kept for a repeat", async (t) => {
  const { ask, database } = await fixture(t);
  const first = await ask("POST", "/v1/tokens", { role: "viewer" }, TOKEN, KEY);
  const { token, ...rest } = first.body;
  const again = await ask("POST", "/v1/tokens", { role: "viewer" }, TOKEN, KEY);
  assert.deepEqual([again.status, again.body, again.headers.location], [201, rest, first.headers.location]);
  assert(!JSON.stringify(database.all("SELECT * FROM keyed_request")).includes(token.split(".")[1]));
});

test("an answer is kept for a day", async (t) => {
  const { unlock, played, clock, database } = await fixture(t);
  await unlock();
  const pass = async (hours: number) => {
    for (let hour = 0; hour < hours; hour++) {
      clock.advance(3_600_000);
      await database.write(() => 0);
    }
  };
  await pass(24);
  await unlock();
  assert.equal(played.asked.length, 1);
  await pass(1);
  await unlock();
  assert.equal(played.asked.length, 2);
});
