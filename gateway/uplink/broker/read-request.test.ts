import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommand, readOrder } from "./read-request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const order = (json: unknown) => readOrder(bytes(JSON.stringify(json)));
const command = (json: unknown) => readCommand(bytes(JSON.stringify(json)));

test("an order is read with its grant and without", () => {
  assert.deepEqual(order({ order: "AQI=" }), { order: new Uint8Array([1, 2]) });
  assert.deepEqual(order({ order: "AQI=", grant: "Aw==" }), {
    order: new Uint8Array([1, 2]),
    grant: new Uint8Array([3]),
  });
});

test("an order of any other shape is none", () => {
  const tooLong = Buffer.alloc(1025).toString("base64");
  for (const json of [
    null,
    [],
    {},
    { order: "" },
    { order: "AQI" },
    { order: "AQ I=" },
    { order: 1 },
    { order: tooLong },
    { order: "AQI=", grant: null },
    { order: "AQI=", grant: "" },
    { order: "AQI=", more: 1 },
  ]) {
    assert.equal(order(json), undefined, JSON.stringify(json));
  }
  assert.equal(readOrder(bytes("{")), undefined);
  assert.equal(readOrder(new Uint8Array([0xff])), undefined);
  assert.equal(readOrder(bytes(`{"order":"AQI="}${" ".repeat(5000)}`)), undefined);
});

test("a command is to unlock or to lock, with an id and a time if there are", () => {
  assert.deepEqual(command({ action: "unlock" }), { action: "unlock" });
  assert.deepEqual(command({ action: "lock", id: "1", notAfter: 7 }), { action: "lock", id: "1", notAfter: 7 });
});

test("a command of any other shape is none", () => {
  for (const json of [
    "unlock",
    {},
    { action: "hold" },
    { action: "UNLOCK" },
    { action: "unlock", id: "" },
    { action: "unlock", id: 1 },
    { action: "unlock", id: "x".repeat(65) },
    { action: "unlock", id: "a\nb" },
    { action: "unlock", notAfter: "7" },
    { action: "unlock", notAfter: 1.5 },
    { action: "unlock", notAfter: -1 },
    { action: "unlock", notAfter: 2 ** 32 },
    { action: "unlock", code: "1234" },
  ]) {
    assert.equal(command(json), undefined, JSON.stringify(json));
  }
});
