import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { BeaconFlag } from "../../protocol/wire/beacon.ts";
import { RadioSchedule } from "./radio-schedule.ts";

const LOCK = "0a1b2c3d4e5f6071";
const HOUR_MS = 3_600_000;

/** A lock's advertisements, and how often they made the gateway visit it. */
function scheduled() {
  const clock = new VirtualClock();
  let hear: (lockId: string, flags: number) => void = () => {};
  let visits = 0;
  const radio = {
    onBeacon: (listener: typeof hear) => {
      hear = listener;
    },
    describe: () => undefined,
    adapters: () => [],
  };
  let isPaired = true;
  new RadioSchedule(
    clock,
    radio,
    () => isPaired,
    () => visits++,
  );
  return {
    clock,
    paired: (now: boolean) => {
      isPaired = now;
    },
    /** Advertises every second for so long; returns how many visits that brought. */
    advertise: (flags: number, forMs: number) => {
      visits = 0;
      for (let ms = 0; ms < forMs; ms += 1_000) {
        hear(LOCK, flags);
        clock.advance(1_000);
      }
      return visits;
    },
  };
}

test("a lock that is heard for the first time is visited, one that wants nothing is then left alone", () => {
  const { advertise } = scheduled();
  assert.equal(advertise(0, 1_000), 1);
  assert.equal(advertise(0, HOUR_MS), 0);
});

test("a lock that is not paired is let be, and visited at once when it is", () => {
  const { paired, advertise } = scheduled();
  paired(false);
  assert.equal(advertise(BeaconFlag.eventsWaiting, HOUR_MS), 0);
  paired(true);
  assert.equal(advertise(0, 1_000), 1);
});

test("events that wait, and attention, are news once", () => {
  const { advertise } = scheduled();
  advertise(0, 10_000);
  assert.equal(advertise(BeaconFlag.attention, HOUR_MS), 1);
  assert.equal(advertise(BeaconFlag.attention | BeaconFlag.eventsWaiting, 1_000), 1);
});

test("pairing mode is not the schedule's business", () => {
  const { advertise } = scheduled();
  advertise(0, 10_000);
  assert.equal(advertise(BeaconFlag.pairingMode, HOUR_MS), 0);
});

test("a lock that goes on asking is visited less and less often", () => {
  const { advertise } = scheduled();
  advertise(0, 10_000);
  assert.equal(advertise(BeaconFlag.eventsWaiting, 15_000), 4);
  assert(advertise(BeaconFlag.eventsWaiting, HOUR_MS) <= 12);
  assert(advertise(BeaconFlag.eventsWaiting, HOUR_MS) >= 3);
});

test("once it has been content, the next event is fetched at once", () => {
  const { advertise } = scheduled();
  advertise(BeaconFlag.eventsWaiting, HOUR_MS);
  advertise(0, 2_000);
  assert.equal(advertise(BeaconFlag.eventsWaiting, 1_000), 1);
});

test("a lock that is back after a silence is visited", () => {
  const { clock, advertise } = scheduled();
  advertise(0, 1_000);
  clock.advance(28_000);
  assert.equal(advertise(0, 1_000), 0);
  clock.advance(29_000);
  assert.equal(advertise(0, 1_000), 1);
});

test("whoever poses as the lock and cries wolf each second costs it a visit a minute", () => {
  const { advertise } = scheduled();
  let visits = 0;
  for (let ms = 0; ms < HOUR_MS; ms += 2_000)
    visits += advertise(0, 1_000) + advertise(BeaconFlag.eventsWaiting, 1_000);
  assert(visits > 60 && visits <= 30 + 60, `${visits}`);
});
