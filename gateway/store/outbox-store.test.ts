import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { EventStore } from "./event-store.ts";
import { OutboxStore } from "./outbox-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const A = "aaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbb";

function record(seq: number, lockId = A, type: number = RecordType.unlocked) {
  const payload = new Uint8Array(48).fill(seq);
  payload[8] = type;
  return { lockId, generation: 0, seq, kind: "record" as const, payload, receivedAtMs: 1000 + seq };
}

function setUp(t: Parameters<typeof temporaryDatabase>[0]) {
  const database = temporaryDatabase(t);
  return { events: new EventStore(database), outbox: new OutboxStore(database) };
}

test("what no receipt covers is undelivered, lock by lock", async (t) => {
  const { events, outbox } = setUp(t);
  await events.append([record(1), record(1, B), record(2), record(3)]);
  assert.deepEqual(outbox.lockIdsWithUndelivered(), [A, B]);
  const [first, , second, third] = events.after(0, 10);
  await outbox.advance(A, new Map([[0, 2]]), second!.cursor, 0);
  assert.deepEqual(outbox.undelivered(A, 10), [third]);
  await outbox.advance(A, new Map([[0, 3]]), third!.cursor, 0);
  assert.deepEqual(outbox.lockIdsWithUndelivered(), [B]);
  // A receipt that comes late must not take back what a newer one said.
  await outbox.advance(A, new Map([[0, 1]]), first!.cursor, 0);
  assert.equal(events.durableThrough(A, 0), 3);
  assert.equal(outbox.deliveredCursor(A), third!.cursor);
});

test("the count of what waits is kept in step with what comes and goes", async (t) => {
  const { events, outbox } = setUp(t);
  const counts: number[] = [];
  const note = () => counts.push(outbox.undeliveredCount(A));
  note();
  await events.append([record(1), record(1, B), record(2), record(3)]);
  note();
  await outbox.advance(A, new Map(), events.after(0, 10)[2]!.cursor, 0);
  note();
  await events.append([record(4)]);
  await outbox.advance(A, new Map(), events.after(0, 10)[3]!.cursor, 0);
  note();
  await outbox.advance(A, new Map(), events.after(0, 10)[4]!.cursor, 0);
  note();
  assert.deepEqual(counts, [0, 3, 1, 1, 0]);
});

test("alarms stand apart, the newest first, until their lane or their order has taken them", async (t) => {
  const { events, outbox } = setUp(t);
  await events.append([record(1), record(2, A, RecordType.tamper), record(3, A, RecordType.doorForced)]);
  await events.append([record(1, B, RecordType.jammed), record(2, B)]);
  assert.deepEqual(outbox.lockIdsWithAlarms(), [B, A]);
  const alarms = outbox.alarms(A, 10);
  assert.deepEqual(
    alarms.map(({ seq }) => seq),
    [3, 2],
  );
  await outbox.forgetAlarms([alarms[0]!.cursor]);
  assert.equal(outbox.alarms(A, 10).length, 1);
  await outbox.advance(A, new Map(), alarms[0]!.cursor, 0);
  assert.deepEqual(outbox.lockIdsWithAlarms(), [B]);
});
