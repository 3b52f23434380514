import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../testing/facts.ts";
import type { Cbor } from "./cbor.ts";
import { asArray, asBytes, asBytesUpTo, asInteger, asList, asMap, asText, asUint } from "./cbor-shape.ts";

const READERS: { what: string; read: (value: Cbor | undefined) => unknown; good: Cbor[]; bad: Cbor[] }[] = [
  { what: "a uint", read: asUint, good: [0, 2 ** 32 - 1], bad: [-1, 2 ** 32, 2n ** 32n, "1", []] },
  { what: "a uint up to 3", read: (value) => asUint(value, 3), good: [0, 3], bad: [-1, 4] },
  { what: "an integer from -2 to 3", read: (value) => asInteger(value, -2, 3), good: [-2, 3], bad: [-3, 4, 1n] },
  { what: "an array", read: (value) => asArray(value), good: [[], [1]], bad: [0, new Uint8Array(1), new Map()] },
  { what: "an array of two", read: (value) => asArray(value, 2), good: [[1, 2]], bad: [[1], [1, 2, 3]] },
  { what: "a list", read: asList, good: [[1]], bad: [[], 0] },
  { what: "a map", read: asMap, good: [new Map()], bad: [[], 0] },
  { what: "bytes", read: (value) => asBytes(value), good: [new Uint8Array(0)], bad: ["", []] },
  { what: "two bytes", read: (value) => asBytes(value, 2), good: [new Uint8Array(2)], bad: [new Uint8Array(3)] },
  {
    what: "at most two bytes",
    read: (value) => asBytesUpTo(value, 2),
    good: [new Uint8Array(2)],
    bad: [new Uint8Array(3)],
  },
  { what: "a text of two bytes", read: (value) => asText(value, 2), good: ["", "ab", "å"], bad: ["abc", "åa", 1] },
];

for (const { what, read, good, bad } of READERS) {
  test(`${what} is taken as it is, and anything else is malformed, nothing included`, () => {
    for (const value of good) assert.equal(read(value), value);
    for (const value of [...bad, undefined]) assert.throws(() => read(value), hasCode("malformed"));
  });
}
