import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Log } from "../../log.ts";
import { UplinkError } from "../uplink.ts";
import { Broker } from "./broker.ts";

/** A broker to which connections come about as the test decides. */
function setUp(t: TestContext) {
  const clock = new VirtualClock();
  const warnings: string[] = [];
  const log: Log = { debug() {}, info() {}, warn: (_, line) => warnings.push(line), error() {}, child: () => log };
  const opened: { atMs: number; end: (trouble: string) => void }[] = [];
  const world = { isAway: false, hangs: false };
  const broker = new Broker({
    name: "broker",
    clock,
    random: new SeededRandom(1),
    log,
    reconnect: { firstMs: 1_000, maxMs: 60_000 },
    open: async (ended, stop) => {
      opened.push({ atMs: clock.monotonicMs(), end: ended });
      if (world.isAway) throw new UplinkError("unreachable", "broker is away");
      if (world.hangs) await new Promise((resolve) => stop.addEventListener("abort", resolve));
      if (stop.aborted) throw new UplinkError("unreachable", "stopped");
      return { close: async () => ended("closed") };
    },
    connected: async () => {},
    disconnected() {},
  });
  broker.start();
  t.after(() => broker.close(async () => {}));
  return { clock, warnings, opened, world, broker };
}

test("a connection that was steady is soon followed by another, and why it ended is told once", async (t) => {
  const { clock, warnings, opened } = setUp(t);
  for (let i = 0; i < 5; i++) {
    await clock.advanceAsync(60_000);
    const endedAtMs = clock.monotonicMs();
    opened.at(-1)!.end("broker has gone");
    await clock.advanceAsync(1_000);
    const pauseMs = opened.at(-1)!.atMs - endedAtMs;
    assert.ok(pauseMs >= 500 && pauseMs <= 1_000, `${pauseMs} ms`);
  }
  assert.deepEqual(warnings, ["broker has gone."]);
});

test("a broker that lets go of us again and again is left alone for longer and longer", async (t) => {
  const { clock, opened } = setUp(t);
  for (let second = 0; second < 300; second++) {
    await clock.advanceAsync(1_000);
    opened.at(-1)!.end("broker has gone");
  }
  assert.ok(opened.length > 5 && opened.length < 20, `${opened.length}`);
});

test("a broker that is away is tried with growing pauses, a minute at the most, and whoever waits is told why", async (t) => {
  const { clock, opened, world, broker } = setUp(t);
  world.isAway = true;
  opened[0]?.end("broker has gone");
  await clock.advanceAsync(600_000);
  const pausesMs = opened.slice(2).map(({ atMs }, index) => atMs - opened[index + 1]!.atMs);
  assert.ok(pausesMs[0]! <= 2_000 && pausesMs.at(-1)! > 30_000 && pausesMs.every((pauseMs) => pauseMs <= 60_000));
  const told = assert.rejects(broker.connectionWithin(1), /broker is away/);
  await clock.advanceAsync(1);
  await told;
});

test("it stops at once though the broker says nothing and somebody waits for it", async (t) => {
  const { clock, opened, world, broker } = setUp(t);
  world.hangs = true;
  opened[0]?.end("broker has gone");
  await clock.advanceAsync(1_000);
  const waiting = assert.rejects(broker.connectionWithin(1_000_000), UplinkError);
  await broker.close(async () => {});
  await waiting;
});
