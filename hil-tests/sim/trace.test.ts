import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf, Trace } from "./trace.ts";

const FRAME = { kind: "frame", lock: 3, by: "lock", bytes: Uint8Array.of(0x1f, 1) } as const;

test("a happening is one line, with its members in order and bytes in hexadecimal", () => {
  assert.equal(lineOf(25, FRAME), "25 {by:lock,bytes:1f01,kind:frame,lock:3}");
  const shown = { kind: "shown", lock: 0, credential: "pin", grants: ["a", "b"] } as const;
  assert.equal(lineOf(0, shown), "0 {credential:pin,grants:[a,b],kind:shown,lock:0}");
});

test("the hash depends on what happened, when, and in which order", () => {
  const hashOf = (...times: number[]) => {
    const trace = new Trace();
    for (const atMs of times) trace.add(atMs, FRAME);
    return trace.digest();
  };
  assert.equal(hashOf(1, 2), hashOf(1, 2));
  assert.equal(new Set([hashOf(1), hashOf(2), hashOf(1, 2), hashOf(2, 1)]).size, 4);
});
