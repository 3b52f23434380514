import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Equivalent, equivalence } from "./equivalent.ts";
import { listMutants, PARTS } from "./list-mutants.ts";

const ROOT = fileURLToPath(new URL(".", import.meta.resolve("#package")));
const KNOWN: Equivalent[] = JSON.parse(readFileSync(join(ROOT, "hil-tests/mutation/equivalent.json"), "utf8"));

test("each mutant that is known to be equivalent is still one of the list", () => {
  const isEquivalent = equivalence(ROOT, KNOWN);
  const mutants = listMutants(join(ROOT, "dist"), Object.values(PARTS)).flatMap((script) => script.mutants);
  const found = new Set(mutants.map(isEquivalent));
  assert.deepEqual(
    KNOWN.filter((known) => !found.has(known)),
    [],
  );
});
