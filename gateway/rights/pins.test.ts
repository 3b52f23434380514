import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { uint32 } from "../../protocol/wire/bytes.ts";
import { drawPin } from "./pins.ts";

/** Draws these numbers one after another. */
const numbers = (...drawn: number[]) => ({ bytes: () => uint32(drawn.shift()!) });
const free = () => false;

test("a PIN has six digits, zeros in front included", () => {
  assert.equal(drawPin(numbers(42), free), "000042");
});

test("no PIN is likelier than another: numbers of the last, incomplete million are drawn again", () => {
  assert.equal(drawPin(numbers(4_293_999_999), free), "999999");
  assert.equal(drawPin(numbers(4_294_967_295, 4_294_000_000, 7), free), "000007");
});

test("a PIN that is taken is drawn again", () => {
  const taken = new Set(["000001", "000002"]);
  assert.equal(
    drawPin(numbers(1, 2, 1, 3), (digits) => taken.has(digits)),
    "000003",
  );
});

test("drawn PINs are spread over all digits", () => {
  const random = new SeededRandom(1);
  const first = new Set(Array.from({ length: 200 }, () => drawPin(random, free)[0]));
  assert.equal(first.size, 10);
});
