import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { RETRY_AFTER_MS_MAX, retryAfterMs } from "./http-retry-after.ts";

test("both forms of Retry-After are read, within a limit, and what is neither is none", () => {
  const clock = new VirtualClock(Date.UTC(2027, 0, 7));
  const of = (header?: string) => retryAfterMs(clock, header);
  assert.equal(of("120"), 120_000);
  assert.equal(of("0"), 0);
  assert.equal(of("Thu, 07 Jan 2027 00:00:30 GMT"), 30_000);
  assert.equal(of("Wed, 06 Jan 2027 00:00:00 GMT"), 0);
  assert.equal(of("86400"), RETRY_AFTER_MS_MAX);
  assert.equal(of("Fri, 07 Jan 2028 00:00:00 GMT"), RETRY_AFTER_MS_MAX);
  assert.equal(of("soon"), undefined);
  assert.equal(of(), undefined);
});
