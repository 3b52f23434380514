import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Figure } from "./figure.ts";
import { ROWS } from "./rows.ts";

const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));

test("every row of the bench yields finite figures, and the page holds them all", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "portvakt-test-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const [json, page] = [join(directory, "bench.json"), join(directory, "benchmarks.md")];
  await promisify(execFile)(process.execPath, [MAIN, "--quick", "--json", json, "--markdown", page]);

  const { figures } = JSON.parse(readFileSync(json, "utf8")) as { figures: (Figure & { row: string })[] };
  assert.deepEqual(
    [...new Set(figures.map(({ row }) => row))],
    ROWS.map(({ name }) => name),
  );
  for (const { row, id, measured } of figures) {
    const { kind, ...numbers } = measured;
    for (const [name, value] of Object.entries(numbers))
      assert(Number.isFinite(value), `${row}.${id}: ${name} of ${kind}`);
  }
  const headings = readFileSync(page, "utf8").match(/^## .+$/gm);
  assert.deepEqual(headings, [...ROWS.map(({ name }) => `## ${name}`), "## Beside others"]);
});

test("what is wrong with the command line is said in a sentence", async () => {
  const run = promisify(execFile)(process.execPath, [MAIN, "speed"]);
  await assert.rejects(run, ({ code, stderr }) => code === 2 && /there is no row speed/.test(stderr));
});
