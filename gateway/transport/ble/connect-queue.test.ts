import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Urgency } from "../channel.ts";
import { BleConnection } from "./ble-connection.ts";
import { CONNECTIONS_MAX, ConnectQueue, hasRoom, whoGivesWay } from "./connect-queue.ts";
import type { Peripheral } from "./noble.ts";

const deaf = { disconnect() {} } as unknown as Peripheral;

function connections(clock: VirtualClock, ...urgencies: Urgency[]): Set<BleConnection> {
  return new Set(urgencies.map((urgency, n) => new BleConnection(clock, `lock ${n}`, deaf, urgency, () => {})));
}

test("unlocks go before syncs, otherwise in order of asking; who gave way comes first again", () => {
  const queue = new ConnectQueue<{ lockId: string; urgency: Urgency }>();
  const [a, b, c] = [
    { lockId: "a", urgency: "sync" as const },
    { lockId: "b", urgency: "unlock" as const },
    { lockId: "c", urgency: "unlock" as const },
  ];
  for (const job of [a, b, c]) queue.push(job);
  const order: string[] = [];
  for (let job = queue.first; job; job = queue.first) {
    queue.remove(job);
    order.push(job.lockId);
  }
  assert.deepEqual(order, ["b", "c", "a"]);
  queue.push({ lockId: "d", urgency: "sync" });
  queue.putBack(a);
  assert.equal(queue.first, a);
});

test("syncs leave one place to an unlock", () => {
  const clock = new VirtualClock();
  const four = connections(clock, "sync", "sync", "sync", "sync");
  assert.equal(hasRoom(four, "sync"), false);
  assert.equal(hasRoom(four, "unlock"), true);
  assert.equal(hasRoom(connections(clock, ...Array<Urgency>(CONNECTIONS_MAX).fill("unlock")), "unlock"), false);
});

test("who has been idle for longest gives way: to an unlock at once, to a sync after a moment", () => {
  const clock = new VirtualClock();
  const [first, second] = [...connections(clock, "sync", "unlock")] as [BleConnection, BleConnection];
  first.idle();
  clock.advance(100);
  second.idle();
  const both = new Set([second, first]);
  assert.equal(whoGivesWay(both, "unlock", clock.monotonicMs()), first);
  assert.equal(whoGivesWay(both, "sync", clock.monotonicMs()), undefined);
  assert.equal(whoGivesWay(both, "sync", clock.monotonicMs() + 200), first);
});

test("a sync at work gives way to an unlock, an unlock to nobody", () => {
  const clock = new VirtualClock();
  const [unlock, sync] = [...connections(clock, "unlock", "sync")] as [BleConnection, BleConnection];
  assert.equal(whoGivesWay(new Set([unlock, sync]), "unlock", 0), sync);
  assert.equal(whoGivesWay(new Set([unlock, sync]), "sync", 0), undefined);
  assert.equal(whoGivesWay(new Set([unlock]), "unlock", 0), undefined);
});
