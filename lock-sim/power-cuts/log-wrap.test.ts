import assert from "node:assert/strict";
import { test } from "node:test";
import { auxPair } from "../../protocol/log/aux.ts";
import { type LogRecord, RecordType } from "../../protocol/log/record.ts";
import type { BenchDoor } from "../firmware/door/testing/bench-door.ts";
import { FLASH_MAP } from "../firmware/storage/flash-map.ts";
import type { TestSession } from "../firmware/testing/test-session.ts";
import { atEveryMoment, THRICE_ID } from "./testing/trial.ts";

// The log is full without a receipt, and its oldest block holds the only durable copy of a slot's n and of a grant's use.

const RECORDS_PER_BLOCK = 84;
const FULL = RECORDS_PER_BLOCK * FLASH_MAP.log.blocks;

/** One resumed order with a limited grant, and then records up to the ring's end. */
function fill({ bench, paired, opened, session, lock }: BenchDoor): { session: TestSession; n: number } {
  const order = bench.act(session, { grantId: THRICE_ID });
  const resumed = bench.resume(paired, 1, opened.rms, order);
  assert(resumed.response.ok);
  bench.clock.advance(60_000);
  const { log } = lock.firmware!.inside;
  while (log.position.seq < FULL) log.append({ type: RecordType.doorClosed });
  return { session: resumed.session, n: 1 };
}

function lostOf(records: readonly LogRecord[]): number {
  const told = records.filter(({ type }) => type === RecordType.recordsLost);
  return told.reduce((sum, { aux }) => sum + auxPair(aux)[1], 0);
}

/** What was lost is told; n and the use of the order that was recycled are not. */
function checkKept(door: BenchDoor, records: readonly LogRecord[], n: number): void {
  assert.equal(lostOf(records), records[0]!.seq - 1);
  const intents = records.filter(({ type }) => type === RecordType.intent).length;
  const recycled = records[0]!.seq > 1 ? 1 : 0;
  assert.equal(n, intents + recycled);
  assert.equal(door.lock.firmware!.inside.uses.used({ id: THRICE_ID }), intents + recycled);
}

test("an event wraps a full log", () => {
  atEveryMoment({
    prepare: fill,
    happen: ({ lock }) => lock.setDoor(true),
    also: ({ door, now }) => checkKept(door, now.records, now.n),
  });
});

test("a resumed order with a limited grant wraps a full log", () => {
  atEveryMoment({
    prepare: (door) => {
      const { session } = fill(door);
      return door.bench.startResume(door.paired, 2, door.opened.rms, door.bench.act(session, { grantId: THRICE_ID }));
    },
    happen: ({ bench }, { s1 }) => void bench.line().request(s1),
    also: ({ door, now }) => checkKept(door, now.records, now.n),
  });
});
