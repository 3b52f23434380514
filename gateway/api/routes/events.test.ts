import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeRecord, NO_SLOT, type RecordFields, RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { fromHex, uint32 } from "../../../protocol/wire/bytes.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { LOCK_A } from "../../testing/grants-fixture.ts";
import { cursorAt } from "../page.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const GRANT = "00000000000000a1";
const CHALLENGE = "1111111111111111";
const NONE = new Uint8Array(8);

function record(seq: number, fields: Partial<RecordFields>) {
  const payload = encodeRecord({
    seq,
    time: Date.UTC(2027, 0, 6) / 1000,
    type: RecordType.boot,
    slot: NO_SLOT,
    result: 0,
    flags: 0,
    n: 0,
    ref: NONE,
    aux: NONE,
    h: new Uint8Array(16),
    ...fields,
  });
  return { lockId: LOCK_A, generation: 2, seq, kind: "record" as const, payload, receivedAtMs: Date.UTC(2027, 0, 7) };
}

test("a record is shown in words, with its own bytes", async (t) => {
  const { ask, events } = await apiFixture(t);
  const unlocked = record(7, {
    type: RecordType.unlocked,
    slot: 1,
    flags: RecordFlag.timeUncertain | RecordFlag.byHand,
    ref: fromHex(GRANT),
  });
  await events.append([unlocked]);
  const { status, body } = await ask("GET", "/v1/events");
  assert.equal(status, 200);
  assert.deepEqual(body.items, [
    {
      cursor: cursorAt("events", 1),
      id: `${LOCK_A}-2-7`,
      lockId: LOCK_A,
      generation: 2,
      seq: 7,
      kind: "record",
      receivedAt: "2027-01-07T00:00:00.000Z",
      type: 4,
      event: "unlocked",
      time: "2027-01-06T00:00:00.000Z",
      timeUncertain: true,
      byHand: true,
      result: 0,
      slot: 1,
      grantId: GRANT,
      record: Buffer.from(unlocked.payload).toString("base64"),
    },
  ]);
});

test("reasons are in words, and an intent's action is none", async (t) => {
  const { ask, events } = await apiFixture(t);
  await events.append([
    record(1, { type: RecordType.intent, result: 3, ref: fromHex(CHALLENGE), aux: fromHex(GRANT) }),
    record(2, { type: RecordType.refused, result: Reason.expired }),
    record(3, { type: RecordType.hold, n: 1 }),
  ]);
  const [intent, refused, hold] = (await ask("GET", "/v1/events")).body.items;
  assert.deepEqual([intent.event, intent.grantId, intent.reason], ["intent", GRANT, undefined]);
  assert.deepEqual([refused.event, refused.reason, refused.slot], ["refused", "expired", undefined]);
  assert.equal(hold.event, "hold off");
});

test("heads, gaps and records that we do not understand are shown for what they are", async (t) => {
  const { ask, events } = await apiFixture(t);
  const document = new Uint8Array([1, 2, 3]);
  const unknown = { ...record(5, {}), payload: new Uint8Array(48).fill(0xee) };
  await events.append([
    { ...record(4, {}), kind: "head", payload: document },
    unknown,
    { ...record(6, {}), kind: "gap", payload: uint32(9) },
  ]);
  const [head, strange, gap] = (await ask("GET", "/v1/events")).body.items;
  assert.deepEqual([head.id, head.document, "record" in head], [`${LOCK_A}-2-4-head`, "AQID", false]);
  assert.deepEqual([strange.id, "event" in strange, strange.record.length], [`${LOCK_A}-2-5`, false, 64]);
  assert.deepEqual([gap.id, gap.seq, gap.toSeq], [`${LOCK_A}-2-6-gap`, 6, 9]);
});

test("a cursor goes on where the page before ended, and stays when there is nothing new", async (t) => {
  const { ask, events } = await apiFixture(t);
  await events.append([record(1, {}), record(2, {}), record(3, {})]);
  const first = (await ask("GET", "/v1/events?limit=2")).body;
  assert.equal(first.items.length, 2);
  const second = (await ask("GET", `/v1/events?after=${first.next}`)).body;
  assert.deepEqual(
    second.items.map((event: { seq: number }) => event.seq),
    [3],
  );
  assert.deepEqual((await ask("GET", `/v1/events?after=${second.next}`)).body, { items: [], next: second.next });
});

test("what is no cursor is refused", async (t) => {
  const { ask } = await apiFixture(t);
  for (const after of ["x", "-1", "9".repeat(16)]) {
    const { status, body } = await ask("GET", `/v1/events?after=${after}`);
    assert.deepEqual([status, body.field], [422, "after"]);
  }
});
