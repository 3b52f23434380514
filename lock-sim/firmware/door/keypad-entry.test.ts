import assert from "node:assert/strict";
import { test } from "node:test";
import type { Key } from "../../hal.ts";
import { type Entry, KeypadEntry } from "./keypad-entry.ts";

function entries(keys: string, entry = new KeypadEntry(), nowMs = 0): Entry[] {
  return [...keys].flatMap((key) => entry.take(key as Key, nowMs) ?? []);
}

test("# ends an entry, * begins anew, and # alone says nothing", () => {
  assert.deepEqual(entries("1234#"), [{ kind: "confirmed", digits: "1234" }]);
  assert.deepEqual(entries("99*1234#56#"), [
    { kind: "confirmed", digits: "1234" },
    { kind: "confirmed", digits: "56" },
  ]);
  assert.deepEqual(entries("##*#*"), []);
});

test("of a flood it keeps enough to know that it is no PIN", () => {
  const [entry] = entries(`${"7".repeat(100_000)}#`);
  assert.deepEqual(entry, { kind: "confirmed", digits: "7".repeat(13) });
});

test("keys that nobody goes on with are given up, once", () => {
  const entry = new KeypadEntry();
  entries("12", entry, 0);
  entries("3", entry, 9000);
  assert.equal(entry.expire(18_999), undefined);
  assert.deepEqual(entry.expire(19_000), { kind: "abandoned" });
  assert.equal(entry.expire(60_000), undefined);
  assert.deepEqual(entries("4567#", entry, 60_000), [{ kind: "confirmed", digits: "4567" }]);
});
