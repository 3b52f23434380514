import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { ATTACKS } from "./attacks.ts";
import { guardRow } from "./guard-row.ts";
import { runAttack } from "./run-attack.ts";
import { runPatched } from "./run-patched.ts";
import { live } from "./site/life.ts";
import { packTheft, unpackTheft } from "./site/theft-file.ts";

const SEED = 1;
const DIST = fileURLToPath(new URL("../..", import.meta.url));
const SECURITY_PAGE = new URL("../../../docs/security.md", import.meta.url);
/** One for each kind of guard: the firmware's, the shared decision's, the verifier's. */
const TRIED_WITHOUT_GUARD = ["give one order twice", "carry a grant that is over", "leave a record out"];

const theft = live(SEED);

describe("a thief of a fleet gateway gets nowhere", () => {
  for (const attack of ATTACKS) {
    test(attack.name, async () => {
      const { broken } = await runAttack(attack, await theft, SEED);
      assert.deepEqual(broken, []);
    });
  }
});

describe("without its guard an attack succeeds", { concurrency: 2 }, () => {
  for (const attack of ATTACKS.filter(({ name }) => TRIED_WITHOUT_GUARD.includes(name))) {
    test(attack.name, async () => {
      const { broken, crash } = await runPatched(attack, await theft, SEED);
      assert.equal(crash, undefined);
      assert(broken.some(({ promise }) => promise === attack.against));
    });
  }
});

test("every guard that is taken out is in the programs as they are now, once", () => {
  for (const { name, patches } of ATTACKS) {
    assert(patches.length > 0, `${name}: no guard is taken out`);
    for (const { file, find } of patches) {
      const pieces = readFileSync(`${DIST}${file}`, "utf8").split(find).length;
      assert.equal(pieces, 2, `${name}: ${file} has not just one ${find}`);
    }
  }
});

test("no two attacks have the same name", () => {
  const names = ATTACKS.map(({ name }) => name);
  assert.deepEqual([...new Set(names)], names);
});

test("docs/security.md names every attack with its guard, and none besides", () => {
  const page = readFileSync(SECURITY_PAGE, "utf8");
  const rows = page.split("\n").filter((line) => /^\| .* \| §/.test(line));
  assert.deepEqual(rows, ATTACKS.map(guardRow));
});

test("a theft that went through a file is the same", async () => {
  const original = await theft;
  // Not the bytes: how V8 writes a number depends on how it happens to hold it.
  assert.deepEqual(deserialize(packTheft(unpackTheft(packTheft(original)))), deserialize(packTheft(original)));
});
