import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Chance } from "./chance.ts";

test("a name draws the same numbers on every machine", () => {
  const chance = new Chance("seed 1");
  assert.equal(toHex(chance.bytes(16)), "6ee4d6c33719eba9d7051dddf272b21e");
  assert.deepEqual([chance.below(1000), chance.between(5, 9), chance.happens(0.5)], [361, 5, false]);
});

test("a fork depends on its name, not on what was drawn before", () => {
  const [one, other] = [new Chance("x"), new Chance("x")];
  one.bytes(100);
  assert.deepEqual(one.fork("a").bytes(8), other.fork("a").bytes(8));
  assert.notDeepEqual(one.fork("a").bytes(8), one.fork("b").bytes(8));
});

test("numbers stay within their limits, and reach both ends", () => {
  const chance = new Chance("limits");
  const drawn = new Set(Array.from({ length: 200 }, () => chance.between(3, 5)));
  assert.deepEqual([...drawn].sort(), [3, 4, 5]);
  assert.equal(chance.bytes(7).length, 7);
  assert.deepEqual([chance.happens(0), chance.happens(1)], [false, true]);
  assert.equal(chance.pick([]), undefined);
});
