import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { claimedPassages, passagesOf } from "./page.ts";

const ROOT = fileURLToPath(new URL(".", import.meta.resolve("#package")));
const MODELS = join(ROOT, "protocol/formal");
const passages = passagesOf(readFileSync(join(ROOT, "docs/protocol.md"), "utf8"));
const models = readdirSync(MODELS).filter((name) => /\.(pml|pv)$/.test(name));

test("there are models", () => assert(models.length >= 8, models.join(" ")));

for (const model of models) {
  test(`${model} was looked at since what it rests on has last changed in docs/protocol.md`, () => {
    const claimed = claimedPassages(readFileSync(join(MODELS, model), "utf8"));
    assert(claimed.length > 0, `${model} has no PAGE line: it must name what it rests on`);
    for (const { name, digest } of claimed) {
      const now = passages.get(name)?.digest;
      assert(now !== undefined, `${model} rests on ${name}, which docs/protocol.md does not have`);
      assert.equal(
        digest,
        now,
        `${name} of docs/protocol.md has changed: see whether ${model} still says what it says, then write PAGE ${name} ${now}`,
      );
    }
  });
}
