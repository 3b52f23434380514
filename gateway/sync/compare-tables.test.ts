import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { compareTables } from "./compare-tables.ts";

/** A wanted grant with this id; `edition` makes it another one. */
function grant(id: number, edition = 1) {
  return { id: id.toString(16).padStart(16, "0"), hash: new Uint8Array(32).fill(16 * id + edition), bytes: 250 };
}

const listed = ({ id, hash }: ReturnType<typeof grant>) => ({ id: fromHex(id), shortHash: hash.slice(0, 8) });

test("of equal tables nothing is put and nothing dropped", () => {
  const [one, two] = [grant(1), grant(2)];
  assert.deepEqual(compareTables([one, two], [listed(one), listed(two)]), { put: [], drop: [] });
});

test("a grant that the lock has and nobody wants is dropped", () => {
  const [one, two] = [grant(1), grant(2)];
  assert.deepEqual(compareTables([one], [listed(one), listed(two)]), { put: [], drop: [two.id] });
});

test("a grant that the lock has not, or has with other bytes, is put", () => {
  const [one, two] = [grant(1), grant(2)];
  assert.deepEqual(compareTables([one, two], [listed(grant(2, 5))]), { put: [one, two], drop: [] });
});
