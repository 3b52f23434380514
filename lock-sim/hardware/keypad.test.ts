import assert from "node:assert/strict";
import { test } from "node:test";
import { EmulatedKeypad } from "./keypad.ts";

test("keys come out in the order they were pressed", () => {
  const keypad = new EmulatedKeypad();
  for (const key of ["1", "2", "#"] as const) keypad.press(key);
  assert.deepEqual([keypad.take(), keypad.take(), keypad.take(), keypad.take()], ["1", "2", "#", undefined]);
});

test("a flood fills the queue and no more; what is lost is lost", () => {
  const keypad = new EmulatedKeypad();
  for (let i = 0; i < 16; i++) assert.equal(keypad.press("7"), true);
  assert.equal(keypad.press("8"), false);
  for (let i = 0; i < 16; i++) assert.equal(keypad.take(), "7");
  assert.equal(keypad.take(), undefined);
});

test("without power nothing waits", () => {
  const keypad = new EmulatedKeypad();
  keypad.press("1");
  keypad.losePower();
  assert.equal(keypad.take(), undefined);
});
