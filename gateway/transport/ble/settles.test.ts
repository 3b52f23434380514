import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { TransportError } from "../channel.ts";
import type { Done } from "./noble.ts";
import { settles } from "./settles.ts";

function call(begin: (done: Done<number>) => void) {
  const clock = new VirtualClock();
  const lost = new AbortController();
  const promise = settles<number>({ clock, withinMs: 2_000, lost: lost.signal, what: "connecting" }, begin);
  return { clock, lost, promise };
}

test("what the library answers in time is the result", async () => {
  assert.equal(await call((done) => done(null, 7)).promise, 7);
});

test("an error of the library, said or thrown, is the world's", async () => {
  const failed = { name: "TransportError", message: "connecting did not succeed: refused" };
  await assert.rejects(call((done) => done(new Error("refused"), 0)).promise, failed);
  await assert.rejects(call((done) => done("refused", 0)).promise, failed);
  const stumbles = () => {
    throw new TypeError("refused");
  };
  await assert.rejects(call(stumbles).promise, failed);
});

test("a library that never answers costs the deadline, and no more", async () => {
  const { clock, promise } = call(() => {});
  const failure = assert.rejects(promise, {
    code: "timeout",
    message: "connecting did not succeed: no answer within 2 s",
  });
  clock.advance(2_000);
  await failure;
});

test("the loss of the connection ends the wait at once, with its own reason", async () => {
  const { lost, promise } = call(() => {});
  const reason = new TransportError("closed", "the connection was lost");
  lost.abort(reason);
  await assert.rejects(promise, reason);
});

test("an answer that comes too late changes nothing", async () => {
  let late: Done<number> = () => {};
  const { clock, promise } = call((done) => {
    late = done;
  });
  const failure = assert.rejects(promise, { code: "timeout" });
  clock.advance(2_000);
  late(null, 7);
  await failure;
});
