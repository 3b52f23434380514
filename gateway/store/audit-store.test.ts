import assert from "node:assert/strict";
import { test } from "node:test";
import { AUDIT_ENTRIES_MAX, type AuditEntry, AuditStore } from "./audit-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const ENTRY: AuditEntry = {
  atMs: 1,
  tokenId: "00000000000000ad",
  role: "admin",
  operation: "revokeToken",
  object: { id: "00000000000000b2" },
  status: 404,
  problem: "unknown-token",
};

test("entries are kept in order, as they were written", async (t) => {
  const store = new AuditStore(temporaryDatabase(t));
  const { problem: _, ...made } = ENTRY;
  await store.add(ENTRY);
  await store.add({ ...made, status: 204 });
  assert.deepEqual(store.after(0, 10), [
    { ...ENTRY, entry: 1 },
    { ...made, status: 204, entry: 2 },
  ]);
  assert.deepEqual(store.after(1, 10).length, 1);
});

test("only the newest are kept", async (t) => {
  const database = temporaryDatabase(t);
  const store = new AuditStore(database);
  await store.add(ENTRY);
  await store.add(ENTRY);
  await database.write(() => database.run("UPDATE audit SET entry = ? WHERE entry = 2", AUDIT_ENTRIES_MAX));
  await store.add(ENTRY);
  const kept = store.after(0, 10).map(({ entry }) => entry);
  assert.deepEqual(kept, [AUDIT_ENTRIES_MAX, AUDIT_ENTRIES_MAX + 1]);
});
