import assert from "node:assert/strict";
import { test } from "node:test";
import { FleetStore } from "./fleet-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const ID = new Uint8Array(8).fill(1);
const OTHER_ID = new Uint8Array(8).fill(2);
const [FIRST, SECOND, STRANGER] = [1, 2, 3].map((n) => new Uint8Array(33).fill(n)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** A store that has been configured once, and has heard an issuer. */
async function heardStore(t: Parameters<typeof temporaryDatabase>[0]) {
  const database = temporaryDatabase(t);
  const store = new FleetStore(database);
  const configure = (key: Uint8Array) => database.write(() => store.configure(key, OTHER_ID));
  await database.write(() => {
    store.configure(FIRST, ID);
    store.pinIssuer("0123456789abcdef");
    store.addIssuerKey(SECOND);
  });
  return { store, configure };
}

test("the gateway's id is drawn once", async (t) => {
  const { store, configure } = await heardStore(t);
  await configure(FIRST);
  await configure(STRANGER);
  assert.deepEqual(store.gatewayId, ID);
});

test("a start with the same key, or with one that it has led to, changes nothing of what was heard", async (t) => {
  const { store, configure } = await heardStore(t);
  for (const key of [FIRST, SECOND]) {
    await configure(key);
    assert.deepEqual(store.issuerKeys(), [FIRST, SECOND]);
    assert.equal(store.issuerId, "0123456789abcdef");
  }
});

test("another key is a new beginning: nothing counts that was heard before", async (t) => {
  const { store, configure } = await heardStore(t);
  await configure(STRANGER);
  assert.deepEqual(store.issuerKeys(), [STRANGER]);
  assert.equal(store.issuerId, undefined);
});

test("what is asked before the first start is a mistake of ours", (t) => {
  assert.throws(() => new FleetStore(temporaryDatabase(t)).gatewayId, RangeError);
});
