import assert from "node:assert/strict";
import { test } from "node:test";
import { TransportError } from "../transport/channel.ts";
import { describeTrouble } from "./link-trouble.ts";

const sentence = (message: string) => describeTrouble(new TransportError("unreachable", message));

test("trouble is told in sentences: a capital at the beginning, one mark at the end", () => {
  assert.equal(sentence("the lock did not answer"), "The lock did not answer.");
  assert.equal(sentence("no lock answers: is it on?"), "No lock answers: is it on?");
});

test("an address or a path at the beginning stays as it is", () => {
  assert.equal(
    sentence("tcp://127.0.0.1:17001: nothing listens there; is the lock running?"),
    "tcp://127.0.0.1:17001: nothing listens there; is the lock running?",
  );
  assert.equal(sentence("/dev/ttyUSB0 was unplugged"), "/dev/ttyUSB0 was unplugged.");
});

test("a mistake of ours has no sentence", () => {
  assert.equal(describeTrouble(new TypeError("x is undefined")), undefined);
});
