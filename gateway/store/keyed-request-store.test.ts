import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyedRequestStore } from "./keyed-request-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const FINGERPRINT = new Uint8Array(32).fill(7);
const ANSWER = { status: 201, headers: { location: "/v1/grants/1" }, body: "{}" };

test("a key is new once; from then on its request is known, and its answer when there is one", async (t) => {
  const store = new KeyedRequestStore(temporaryDatabase(t));
  assert.equal(await store.begin("a", "k", FINGERPRINT), undefined);
  assert.deepEqual(await store.begin("a", "k", new Uint8Array(32)), { fingerprint: FINGERPRINT });
  await store.answer("a", "k", ANSWER);
  assert.deepEqual(await store.begin("a", "k", FINGERPRINT), { fingerprint: FINGERPRINT, answer: ANSWER });
  assert.equal(await store.begin("b", "k", FINGERPRINT), undefined);
});

test("a request that changed nothing is forgotten", async (t) => {
  const store = new KeyedRequestStore(temporaryDatabase(t));
  await store.begin("a", "k", FINGERPRINT);
  await store.forget("a", "k");
  assert.equal(await store.begin("a", "k", FINGERPRINT), undefined);
});

test("answers are kept for a day of running, whatever the wall clock does", async (t) => {
  const store = new KeyedRequestStore(temporaryDatabase(t));
  await store.begin("a", "k", FINGERPRINT);
  for (let hour = 0; hour < 24; hour++) await store.hourPassed();
  assert(await store.begin("a", "k", FINGERPRINT));
  await store.hourPassed();
  assert.equal(await store.begin("a", "k", FINGERPRINT), undefined);
});

test("a token has 10,000 keys; then its oldest with an answer goes, and no other token's", async (t) => {
  const database = temporaryDatabase(t);
  const store = new KeyedRequestStore(database);
  await store.begin("b", "k", FINGERPRINT);
  await store.begin("a", "running", FINGERPRINT);
  await Promise.all(Array.from({ length: 9_999 }, (_, n) => store.begin("a", `k${n}`, FINGERPRINT)));
  for (const key of ["k0", "k1"]) await store.answer("a", key, ANSWER);
  await store.begin("a", "one more", FINGERPRINT);
  const keys = new Set(
    database.all<{ key_hash: string }>("SELECT key_hash FROM keyed_request").map((row) => row.key_hash),
  );
  assert.equal(keys.size, 10_001);
  assert(!keys.has("k0") && keys.has("running") && keys.has("k1") && keys.has("k"));
});
