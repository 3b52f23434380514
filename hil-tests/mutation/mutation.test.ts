import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { listMutants } from "./list-mutants.ts";
import { describeMutant, scoreTable } from "./report.ts";
import { tryAll } from "./try-all.ts";
import type { Tried } from "./verdict.ts";

const DOOR = [
  "const TRIES_MAX = 3;",
  "export function mayOpen(tries, isDay) {",
  "    return isDay && tries < TRIES_MAX;",
  "}",
  "export function digits(tries) {",
  "    let count = 0;",
  "    for (let rest = tries; rest >= 1; rest = rest / 10)",
  "        count++;",
  "    return count;",
  "}",
].join("\n");

/** A lock in miniature whose tests are `facts`, one expression of assert each. */
function miniature(t: TestContext, facts: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), "miniature-"));
  t.after(() => rmSync(root, { recursive: true }));
  const tests = facts.map((fact, n) => `test("${n}", () => assert(${fact}));`);
  const imports = [
    'import assert from "node:assert/strict";',
    'import { test } from "node:test";',
    'import { digits, mayOpen } from "./door.js";',
  ];
  mkdirSync(join(root, "dist/lock"), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  writeFileSync(join(root, "dist/lock/door.js"), DOOR);
  writeFileSync(join(root, "dist/lock/door.js.map"), JSON.stringify(lineByLine(DOOR)));
  writeFileSync(join(root, "dist/lock/door.test.js"), [...imports, ...tests].join("\n"));
  return root;
}

/** A source map (ECMA-426) of a text that its compiler left as it was. */
function lineByLine(text: string) {
  const lines = text.split("\n").map((_, at) => (at === 0 ? "AAAA" : "AACA"));
  return { version: 3, file: "door.js", sources: ["door.ts"], names: [], mappings: lines.join(";") };
}

function tryMutants(root: string): Promise<Tried[]> {
  const scripts = listMutants(join(root, "dist"), ["lock"]);
  const chosen = scripts.flatMap(({ mutants }) => mutants);
  // The clock stands still: what goes on for ever ends by the switches it passes.
  const clock = new VirtualClock();
  return tryAll({
    clock,
    root,
    scripts,
    testFolders: ["lock"],
    chosen,
    workers: 1,
    testBudgetMs: 1000,
    onTried: () => {},
  });
}

const notKilled = (tried: readonly Tried[]) =>
  tried.flatMap(({ mutant, verdict }) => (verdict === "killed" ? [] : [`${verdict} ${describeMutant(mutant)}`]));

test("of a function whose tests say everything no mutant survives, the endless included", async (t) => {
  const facts = ["mayOpen(2, true)", "!mayOpen(3, true)", "!mayOpen(2, false)", "digits(0) === 0", "digits(10) === 2"];
  const tried = await tryMutants(miniature(t, [...facts, "digits(999) === 3"]));
  assert.deepEqual(notKilled(tried), []);
  assert.match(scoreTable(tried), /^all +100\.0 % +21 of 21 killed$/m);
});

test("what no test looks at is named, with its line", async (t) => {
  const facts = ["mayOpen(0, true)", "!mayOpen(9, true)"];
  assert.deepEqual(notKilled(await tryMutants(miniature(t, facts))).slice(0, 4), [
    "survived lock/door.ts:1: 3 → 4",
    "survived lock/door.ts:1: 3 → 2",
    "survived lock/door.ts:3: isDay → true",
    "survived lock/door.ts:3: tries < TRIES_MAX → tries <= TRIES_MAX",
  ]);
});

test("tests that fail without a mutant say nothing about one", async (t) => {
  await assert.rejects(tryMutants(miniature(t, ["mayOpen(3, true)"])), /fail without a mutant:\nlock\/door.test.js: 0/);
});
