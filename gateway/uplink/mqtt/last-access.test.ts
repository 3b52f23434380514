import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeRecord, type RecordFields, RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import type { LogPosition } from "../../store/event-store.ts";
import { LastAccess } from "./last-access.ts";

const LOCK = "00112233445566aa";

/** A log in which record seq has the time 1000 + seq. */
function setUp() {
  const records: Uint8Array[] = [];
  let looks = 0;
  let generation = 0;
  const head = new Uint8Array(16);
  const events = {
    position: (): LogPosition | undefined =>
      records.length === 0 ? undefined : { generation, seq: records.length, head },
    record: (_lockId: string, _generation: number, seq: number) => {
      looks++;
      return records[seq - 1];
    },
  };
  const log = (type: RecordType, fields: Partial<RecordFields> = {}) => {
    const seq = records.length + 1;
    const nothing = { slot: 0, result: 0, flags: 0, n: 0, ref: new Uint8Array(8), aux: new Uint8Array(8) };
    records.push(encodeRecord({ seq, time: 1000 + seq, type, ...nothing, ...fields, h: head }));
  };
  const reset = () => {
    records.length = 0;
    generation++;
  };
  const lastAccess = new LastAccess(events);
  return { log, reset, of: () => lastAccess.of(LOCK), looks: () => looks, records };
}

test("the newest unlocking counts, by the lock's own clock", () => {
  const { log, of } = setUp();
  assert.equal(of(), undefined);
  log(RecordType.unlocked);
  log(RecordType.unlocked);
  log(RecordType.doorOpened);
  assert.equal(of(), 1002);
});

test("a time that the lock was not sure of is none", () => {
  const { log, of } = setUp();
  log(RecordType.unlocked);
  log(RecordType.unlocked, { flags: RecordFlag.timeUncertain });
  assert.equal(of(), 1001);
});

test("each record is looked at once", () => {
  const { log, of, looks } = setUp();
  log(RecordType.unlocked);
  for (let i = 0; i < 9; i++) log(RecordType.doorOpened);
  of();
  const before = looks();
  for (let i = 0; i < 5; i++) assert.equal(of(), 1001);
  log(RecordType.doorClosed);
  assert.equal(of(), 1001);
  assert.equal(looks(), before + 1);
});

test("the past of a log of millions is left alone, and what can not be read is passed over", () => {
  const { log, of, records } = setUp();
  log(RecordType.unlocked);
  for (let i = 0; i < 500; i++) log(RecordType.doorOpened);
  assert.equal(of(), undefined);
  log(RecordType.unlocked);
  log(RecordType.doorOpened);
  records[records.length - 1]![8] = 99;
  assert.equal(of(), 1502);
});

test("a lock that was reset was unlocked when it was", () => {
  const { log, reset, of } = setUp();
  log(RecordType.unlocked);
  assert.equal(of(), 1001);
  reset();
  log(RecordType.factoryReset);
  assert.equal(of(), 1001);
});
