import assert from "node:assert/strict";
import type { EventRow } from "../../../../gateway/store/event-store.ts";
import { eventId } from "../../../../gateway/uplink/cloud-event.ts";
import { judgeAnswer } from "../../../../gateway/uplink/judge-answer.ts";
import { readAnswer } from "../../../../gateway/uplink/read-answer.ts";
import { UplinkError } from "../../../../gateway/uplink/uplink.ts";
import { uint32 } from "../../../../protocol/wire/bytes.ts";
import { EventRefused, readLockEvent } from "../../../backend/lock-event.ts";
import type { Target } from "../../engine/target.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const utf8 = new TextDecoder();
const bytesOf = (text: string) => new TextEncoder().encode(text);

const BATCH: readonly EventRow[] = [
  { cursor: 11, lockId: LOCK, generation: 0, seq: 4, kind: "record", payload: new Uint8Array(48), receivedAtMs: 0 },
  { cursor: 12, lockId: LOCK, generation: 0, seq: 5, kind: "gap", payload: uint32(9), receivedAtMs: 0 },
  { cursor: 13, lockId: LOCK, generation: 1, seq: 1, kind: "record", payload: new Uint8Array(48), receivedAtMs: 0 },
];
const DURABLE_BEFORE = 3;
const HELD = new Map([
  [0, 12],
  [1, 2],
]);

/** What a backend answers. Nothing counts as delivered unless a receipt in it covers the event and all before it. */
export const receipts: Target = {
  name: "uplink-receipts",
  seeds: () => [
    bytesOf(
      `{"durableThrough":[{"lockId":"${LOCK}","generation":0,"seq":9},{"lockId":"${LOCK}","generation":1,"seq":1}]}`,
    ),
    bytesOf(`{"durableThrough":[{"lockId":"${LOCK}","generation":0,"seq":4}]}`),
    bytesOf(
      `{"durableThrough":[{"lockId":"${LOCK}","generation":0,"seq":12},{"lockId":"b","generation":9,"seq":4294967295}]}`,
    ),
    bytesOf('{"durableThrough":[]}'),
  ],
  dictionary: ["4294967296", "-1", "1e3", "null", "[", "{", '"generation":1', '"seq":2', '"__proto__"'].map(bytesOf),
  inputBytesMax: 600,
  batch: 2000,
  allowed: [UplinkError],
  open: () => ({
    execute: (input) => {
      const answer = readAnswer("backend", utf8.decode(input));
      const { durableThrough: said = [], results = [] } = answer;
      const { durable, deliveredCursor, lies } = judgeAnswer(
        BATCH.map((row) => ({ row, id: eventId(row) })),
        answer,
        {
          durableBefore: (generation) => (generation === 0 ? DURABLE_BEFORE : 0),
          heldThrough: (generation) => HELD.get(generation) ?? 0,
        },
      );
      assert(lies.length <= said.length + results.length);
      const covered = (generation: number, seq: number) =>
        results.some(({ outcome }) => outcome === "accepted" || outcome === "duplicate") ||
        said.some((one) => one.lockId === LOCK && one.generation === generation && one.seq >= seq);
      if (deliveredCursor !== undefined) assert(covered(0, 4), "delivered without a receipt");
      if ((deliveredCursor ?? 0) >= 12) assert(covered(0, 9), "a gap delivered without a receipt");
      if ((deliveredCursor ?? 0) >= 13) assert(covered(1, 1), "a record delivered without a receipt");
      assert((durable.get(0) ?? 0) >= DURABLE_BEFORE && (durable.get(0) ?? 0) <= 9);
      assert((durable.get(1) ?? 0) <= 1);
    },
  }),
};

const EVENT = `{"specversion":"1.0","id":"${LOCK}-0-4","source":"/locks/${LOCK}","subject":"${LOCK}","type":"se.portvakt.lock.record.v1","time":"2027-01-07T00:00:00Z","datacontenttype":"application/json","data":{"lockId":"${LOCK}","generation":0,"seq":4,"record":"AAAA"}}`;

/** One event as the backend reads it. */
export const lockEvent: Target = {
  name: "lock-event",
  seeds: () =>
    [
      EVENT,
      EVENT.replace("-0-4", "-0-4-head").replace("record.v1", "head.v1").replace('"record"', '"document"'),
      EVENT.replace("record.v1", "gap.v1").replace('"record":"AAAA"', '"fromSeq":1,"toSeq":3'),
      "[]",
      "null",
    ].map(bytesOf),
  dictionary: ["null", "{}", "[]", "-1", '"', "toString", "constructor", "se.portvakt.lock.gap.v1"].map(bytesOf),
  inputBytesMax: 800,
  batch: 2000,
  allowed: [EventRefused, SyntaxError],
  open: () => ({
    execute: (input) => {
      const event = readLockEvent(JSON.parse(utf8.decode(input)));
      assert(/^[0-9a-f]{16}$/.test(event.lockId) && event.id.startsWith(event.lockId));
    },
  }),
};
