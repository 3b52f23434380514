import assert from "node:assert/strict";
import { FRAME_BYTES_MAX } from "../../../../protocol/wire/messages.ts";
import { intentsOf, type progressOf } from "./lock-facts.ts";
import type { Visitors } from "./visitors.ts";

// What holds of a lock whatever comes to it.

const CONNECTIONS_MAX = 32;
const SETTLE_MS = 60_000;
/** Strangers are limited, and so are the O1s of a slot; for no longer than this. */
const LIMITS_END_WITHIN_MS = 2_000;

/** A power cut that had been planned may have come: then there is nothing to compare. */
export function assertUnchanged(before: string | undefined, after: string | undefined): void {
  if (before !== undefined && after !== undefined) assert.equal(after, before, "a stranger changed something");
}

type Progress = ReturnType<typeof progressOf>;

export function assertProgress(before: Progress, after: Progress): void {
  if (!after) return;
  assert(after.connections.length <= CONNECTIONS_MAX);
  for (const { storedReply, lastRequest } of after.connections) {
    assert((storedReply?.length ?? 0) <= FRAME_BYTES_MAX && (lastRequest?.length ?? 0) <= FRAME_BYTES_MAX);
  }
  if (!before) return;
  assert.equal(after.generation, before.generation);
  assert(after.seq >= before.seq, "the log went back");
  for (const [slot, n] of after.counters.entries()) assert((n ?? 0) >= (before.counters[slot] ?? 0), "n went back");
}

export function assertOnlyAuthorised({ bench, authorised, byHand }: Visitors): void {
  assert(intentsOf(bench.lock) <= authorised, "more acts than orders");
  if (authorised === 0 && !byHand) assert.equal(bench.boltPosition, "thrown");
}

/** Whatever has happened: inside hand operation opens, and the slot's gateway is heard as soon as limits have passed. */
export function assertStillServes(visitors: Visitors): void {
  const { bench, made } = visitors;
  // An end of a power cut that was planned and has not come.
  bench.reboot();
  bench.clock.advance(SETTLE_MS);
  assert.equal(bench.lock.failure, undefined);
  bench.clock.advance(LIMITS_END_WITHIN_MS);
  const { session, caps } = bench.open(made.paired);
  assert.equal(session.done({ name: "status" }).seq, caps.seq);
  bench.lock.turnThumb("drawn");
  assert.equal(bench.boltPosition, "drawn");
}
