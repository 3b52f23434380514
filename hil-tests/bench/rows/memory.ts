import assert from "node:assert/strict";
import { delay } from "../../../protocol/clock.ts";
import { Daemon } from "../daemon/daemon.ts";
import { LockFarm } from "../lock-farm/lock-farm.ts";
import type { Bench, Row } from "../row.ts";

const MIB = 2 ** 20;
const KIB = 2 ** 10;
const READ_EVERY_MS = 500;
const PAIRINGS_AT_ONCE = 4;

export const memory: Row = {
  name: "memory",
  how:
    "Resident memory of the gateway's daemon as installed, with its API, its database and its connections: the least of " +
    "some readings, each after a full collection, such as V8 makes by itself after two idle minutes. The locks are in " +
    "another process, each on a TCP connection with an open session. The daemon that is weighed was started anew and " +
    "has found all locks in step.",

  async measure(bench) {
    const { few, many } = bench.effort.lockCounts;
    const farm = await LockFarm.start(many);
    await pairLocks(bench, farm, 0, few);
    const fewBytes = await weigh(bench, few);
    await pairLocks(bench, farm, few, many);
    const manyBytes = await weigh(bench, many);
    await farm.stop();
    const single = (value: number) => ({ kind: "single", value }) as const;
    return [
      {
        id: "few",
        what: `gateway with ${few} locks`,
        unit: "MiB",
        measured: single(fewBytes / MIB),
        aim: { atMost: 90 },
      },
      { id: "many", what: `gateway with ${many} locks`, unit: "MiB", measured: single(manyBytes / MIB) },
      {
        id: "furtherLock",
        what: "each further lock",
        unit: "KiB",
        measured: single((manyBytes - fewBytes) / (many - few) / KIB),
        aim: { atMost: 30 },
      },
    ];
  },
};

/** Pairs the farm's locks from one index up to, not including, another. */
async function pairLocks({ clock, directory }: Bench, farm: LockFarm, from: number, to: number): Promise<void> {
  const daemon = await Daemon.start(clock, directory);
  const left = farm.locks.slice(from, to);
  const pairSome = async () => {
    for (let lock = left.pop(); lock; lock = left.pop()) {
      farm.pressButton(lock);
      await daemon.pair(lock);
    }
  };
  await Promise.all(Array.from({ length: PAIRINGS_AT_ONCE }, pairSome));
  await daemon.stop();
}

/** Bytes that a daemon with this many locks connected takes. */
async function weigh({ clock, directory, effort }: Bench, locks: number): Promise<number> {
  const daemon = await Daemon.start(clock, directory);
  await daemon.untilInStep();
  const readings: number[] = [];
  for (let i = 0; i < effort.memoryReadings; i++) {
    await delay(clock, READ_EVERY_MS);
    const { rssBytes, connections } = await daemon.readMemory();
    assert(connections >= locks, `only ${connections} of ${locks} locks are connected`);
    readings.push(rssBytes);
  }
  await daemon.stop();
  return Math.min(...readings);
}
