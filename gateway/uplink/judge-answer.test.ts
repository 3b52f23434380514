import assert from "node:assert/strict";
import { test } from "node:test";
import { uint32 } from "../../protocol/wire/bytes.ts";
import type { EventRow } from "../store/event-store.ts";
import type { BackendAnswer, EventResult, LogPlace } from "./backend-answer.ts";
import { eventId } from "./cloud-event.ts";
import { judgeAnswer } from "./judge-answer.ts";

const LOCK = "00112233445566aa";
const row = (cursor: number, seq: number, kind: EventRow["kind"] = "record", generation = 0): EventRow => ({
  cursor,
  lockId: LOCK,
  generation,
  seq,
  kind,
  payload: kind === "gap" ? uint32(seq + 2) : new Uint8Array(48),
  receivedAtMs: 0,
});
const receipt = (seq: number, generation = 0, lockId = LOCK) => ({ lockId, generation, seq });
const BATCH = [row(11, 5), row(12, 6), row(13, 6, "head"), row(14, 7, "gap"), row(15, 10)];

/** The backend had records through 4 of each generation before, and 10 are here. */
const judgeWhole = (answer: BackendAnswer, batch = BATCH) =>
  judgeAnswer(
    batch.map((row) => ({ row, id: eventId(row) })),
    answer,
    { durableBefore: () => 4, heldThrough: () => 10 },
  );
const judge = (durableThrough: LogPlace[], batch = BATCH) => judgeWhole({ durableThrough }, batch);

test("a receipt for everything delivers everything", () => {
  const { durable, deliveredCursor, lies } = judge([receipt(10)]);
  assert.deepEqual([...durable], [[0, 10]]);
  assert.equal(deliveredCursor, 15);
  assert.deepEqual(lies, []);
});

test("a receipt for a part delivers the part, heads and gaps with the records they cover", () => {
  assert.equal(judge([receipt(5)]).deliveredCursor, 11);
  assert.equal(judge([receipt(6)]).deliveredCursor, 13);
  assert.equal(judge([receipt(8)]).deliveredCursor, 13);
  assert.equal(judge([receipt(9)]).deliveredCursor, 14);
});

test("no receipt, or one that says nothing new, delivers nothing", () => {
  for (const receipts of [[], [receipt(4)]]) {
    const judged = judge(receipts);
    assert.equal(judged.deliveredCursor, undefined);
    assert.deepEqual(judged.lies, []);
  }
});

test("what can not be true is not believed", () => {
  for (const lie of [receipt(11), receipt(3), receipt(10, 1), receipt(10, 0, "00112233445566ab")]) {
    const judged = judge([lie]);
    assert.equal(judged.lies.length, 1);
    assert.equal(judged.deliveredCursor, undefined);
    assert.deepEqual([...judged.durable], [[0, 4]]);
  }
});

test("a lie beside a truth takes nothing from it", () => {
  const judged = judge([receipt(6), receipt(5), receipt(999)]);
  assert.equal(judged.deliveredCursor, 13);
  assert.equal(judged.lies.length, 2);
});

test("generations are receipted apart", () => {
  const batch = [row(1, 9, "record", 0), row(2, 5, "record", 1)];
  assert.equal(judge([receipt(5, 1)], batch).deliveredCursor, undefined);
  assert.equal(judge([receipt(9, 0)], batch).deliveredCursor, 1);
  assert.equal(judge([receipt(9, 0), receipt(5, 1)], batch).deliveredCursor, 2);
});

test("a backend that is ahead of a database that was put back is believed for what it was sent, and no further", () => {
  const { durable, deliveredCursor, lies } = judge([receipt(9)], BATCH.slice(0, 3));
  assert.deepEqual([[...durable], deliveredCursor, lies], [[[0, 6]], 13, []]);
});

/** Results for the batch's events, in order; undefined for none. */
const results = (...outcomes: (EventResult["outcome"] | undefined)[]): EventResult[] =>
  outcomes.flatMap((outcome, i) => (outcome ? [{ id: eventId(BATCH[i]!), outcome, code: "why" }] : []));

test("what is accepted, or there already, is delivered, but the lock keeps it without a receipt for good", () => {
  const { durable, deliveredCursor } = judgeWhole({ results: results("accepted", "duplicate", "accepted") });
  assert.deepEqual([[...durable], deliveredCursor], [[[0, 4]], 13]);
});

test("what shall be tried again is, and all behind it, whatever the receipt says", () => {
  const judged = judgeWhole({ results: results("accepted", "retry"), durableThrough: [receipt(10)] });
  assert.deepEqual([[...judged.durable], judged.deliveredCursor, judged.rejected], [[[0, 5]], 11, undefined]);
});

test("a rejected event stands out, what is before it is delivered, and no receipt reaches over it", () => {
  const judged = judgeWhole({ results: results("accepted", "rejected", "rejected"), durableThrough: [receipt(10)] });
  assert.deepEqual([[...judged.durable], judged.deliveredCursor], [[[0, 5]], 11]);
  assert.deepEqual(judged.rejected, { row: BATCH[1], code: "why" });
});

test("results for what was not sent, or that contradict each other, are lies", () => {
  const stranger = { id: `${LOCK}-0-77`, outcome: "accepted" } as const;
  const judged = judgeWhole({ results: [stranger, ...results("accepted"), ...results("rejected")] });
  assert.equal(judged.lies.length, 2);
  assert.equal(judged.deliveredCursor, 11);
});

test("a head that comes late is not delivered by what was said before it", () => {
  assert.equal(judge([], [row(20, 4, "head")]).deliveredCursor, undefined);
  assert.equal(judge([receipt(4)], [row(20, 4, "head")]).deliveredCursor, 20);
});

test("what is passed over is no hindrance", () => {
  const batch = BATCH.map((one, i) => ({ row: one, id: i < 2 ? undefined : eventId(one) }));
  const judged = judgeAnswer(batch, {}, { durableBefore: () => 4, heldThrough: () => 10 });
  assert.equal(judged.deliveredCursor, 12);
});
