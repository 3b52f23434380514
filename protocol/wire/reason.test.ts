import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isReason, Reason, reasonName } from "./reason.ts";

const page = readFileSync(new URL("docs/protocol.md", import.meta.resolve("#package")), "utf8");

test("each reason has the number and the words of the page", () => {
  const [, list = ""] = /^Reasons: (.*?)\.$/ms.exec(page) ?? [];
  const onPage = list.split(/\s*·\s*/).map((entry) => entry.replace(/^(\d+) /, "$1: "));
  const here = Object.values(Reason).filter((reason) => reason !== Reason.done);
  assert.deepEqual(
    here.map((reason) => `${reason}: ${reasonName(reason)}`),
    onPage,
  );
});

test("0 is done, and what comes after the last reason is none", () => {
  assert.equal(Reason.done, 0);
  assert.equal(reasonName(Reason.done), "done");
  assert.deepEqual([-1, 0, 30, 31].map(isReason), [false, true, true, false]);
});
