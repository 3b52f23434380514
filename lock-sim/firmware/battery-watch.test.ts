import assert from "node:assert/strict";
import { test } from "node:test";
import { auxPair } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { BenchLock } from "./testing/bench-lock.ts";

test("a battery that gets low, and one that was replaced, are records; what it recovers after a load is not", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const { battery } = bench.lock.hardware;
  for (const millivolt of [3990, 4010, 3980, 6000]) {
    battery.set({ millivolt });
    bench.clock.advance(61_000);
    const isLow = (session.done({ name: "status" }).flags & Flag.batteryLow) !== 0;
    assert.equal(isLow, millivolt < 5000);
  }
  const records = bench.log(session).filter(({ type }) => type === RecordType.battery);
  assert.deepEqual(
    records.map(({ n, aux }) => [n, auxPair(aux)[1]]),
    [
      [0, 3990],
      [1, 6000],
    ],
  );
});
