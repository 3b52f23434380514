import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentResult } from "./bundle.ts";
import { PendingResults } from "./pending-results.ts";

const refused = (id: string, missing: number): DocumentResult => ({
  kind: "roster",
  id,
  outcome: "refused",
  code: "grants-missing",
  sentence: "Grants that it names are not here.",
  missing: Array.from({ length: missing }, () => "a1a2a3a4a5a6a7a8"),
});

test("results stay until they are told, and long ones come in several messages", () => {
  const pending = new PendingResults();
  assert(pending.isEmpty);
  pending.add([refused("a", 1_000), refused("b", 1_000), refused("c", 4_000), refused("d", 0)]);
  const ids: string[][] = [];
  while (!pending.isEmpty) {
    const next = pending.next(100);
    assert.deepEqual(pending.next(100), next);
    ids.push(next.map(({ id }) => id));
    pending.told(next);
  }
  assert.deepEqual(ids, [["a", "b"], ["c"], ["d"]]);
});

test("no more come at once than are asked for", () => {
  const pending = new PendingResults();
  pending.add(Array.from({ length: 5 }, (_, i) => refused(String(i), 0)));
  assert.deepEqual(
    pending.next(2).map(({ id }) => id),
    ["0", "1"],
  );
});

test("a backend that never listens loses the oldest", () => {
  const pending = new PendingResults();
  for (let i = 0; i < 1_500; i++) pending.add([refused(String(i), 0)]);
  const [oldest] = pending.next(100);
  assert.equal(oldest?.id, "500");
  pending.add(Array.from({ length: 10 }, () => refused("late", 0)));
  pending.told([oldest]);
  assert.equal(pending.next(100)[0]?.id, "510");
});
