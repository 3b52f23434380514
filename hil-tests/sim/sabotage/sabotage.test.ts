import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { BUGS } from "./bugs.ts";
import { hunt } from "./hunt.ts";

const DIST = fileURLToPath(new URL("../../..", import.meta.url));

test("every deliberate bug fits the program as it is now", () => {
  for (const { name, patches } of BUGS) {
    for (const { file, find } of patches) {
      const pieces = readFileSync(`${DIST}${file}`, "utf8").split(find).length;
      assert.equal(pieces, 2, `${name}: ${file} has not just one ${find}`);
    }
  }
});

describe("the simulation finds", { concurrency: 2 }, () => {
  for (const bug of BUGS.filter(({ isQuick }) => isQuick)) {
    test(bug.name, async (t) => {
      const find = await hunt(bug, { from: 1, to: 1 });
      assert(find, "every invariant held");
      t.diagnostic(`${find.invariant}, after ${find.hours.toFixed(1)} h`);
    });
  }
});
