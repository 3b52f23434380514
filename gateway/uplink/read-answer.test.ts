import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer } from "./read-answer.ts";
import { UplinkError } from "./uplink.ts";

const LOCK = "00112233445566aa";
const PLACE = { lockId: LOCK, generation: 1, seq: 7 };
const NONCE = Buffer.alloc(16, 3).toString("base64");

test("every member comes through, and each may be absent", () => {
  const results = [{ id: `${LOCK}-1-7`, outcome: "rejected", code: "no-such-lock" }];
  const text = JSON.stringify({
    results,
    durableThrough: [PLACE],
    rewind: [PLACE],
    lockReceipts: ["AQID"],
    headsWanted: [{ lockId: LOCK, nonce: NONCE }],
  });
  assert.deepEqual(readAnswer("b", text), {
    results,
    durableThrough: [PLACE],
    rewind: [PLACE],
    lockReceipts: [Uint8Array.of(1, 2, 3)],
    headsWanted: [{ lockId: LOCK, nonce: new Uint8Array(16).fill(3) }],
  });
  assert.deepEqual(readAnswer("b", "{}"), {});
});

test("anything else is refused, and the sentence names the place", () => {
  const refused: [unknown, RegExp][] = [
    [null, /the answer is no object/],
    [[], /the answer is no object/],
    [{ receipts: [] }, /a member "receipts"/],
    [{ results: {} }, /results is no list/],
    [{ results: [{ id: "a", outcome: "fine" }] }, /results\[0\]\.outcome is none of accepted/],
    [{ results: [{ id: "", outcome: "accepted" }] }, /results\[0\]\.id is no text/],
    [{ results: [{ id: "a", outcome: "retry", code: 7 }] }, /results\[0\]\.code is no text/],
    [{ durableThrough: [{ ...PLACE, lockId: "00112233445566AA" }] }, /lockId is not 16/],
    [{ durableThrough: [PLACE, { ...PLACE, seq: -1 }] }, /durableThrough\[1\]\.seq is no whole number/],
    [{ durableThrough: [{ ...PLACE, generation: 0.5 }] }, /generation is no whole number/],
    [{ rewind: [{ ...PLACE, seq: 2 ** 32 }] }, /rewind\[0\]\.seq/],
    [{ rewind: [{ ...PLACE, more: 1 }] }, /rewind\[0\] has a member "more"/],
    [{ lockReceipts: ["AQI"] }, /lockReceipts\[0\] is not base64/],
    [{ lockReceipts: [Buffer.alloc(1025).toString("base64")] }, /more than 1024 bytes/],
    [{ headsWanted: [{ lockId: LOCK, nonce: "AQID" }] }, /has not 16 bytes/],
    [{ durableThrough: Array(10_001).fill(PLACE) }, /more than 10000 items/],
  ];
  for (const [json, sentence] of refused) {
    assert.throws(
      () => readAnswer("b", JSON.stringify(json)),
      (error) => error instanceof UplinkError && error.code === "malformed" && sentence.test(error.message),
      String(sentence),
    );
  }
  for (const text of ["", "{", "undefined"]) assert.throws(() => readAnswer("b", text), UplinkError);
});
