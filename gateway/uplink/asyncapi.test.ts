import assert from "node:assert/strict";
import { test } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { concat, uint32 } from "../../protocol/wire/bytes.ts";
import { EVENT_KINDS, type EventKind, type EventRow } from "../store/event-store.ts";
import { encodeLoss } from "../store/loss.ts";
import { type CloudEvent, toCloudEvent, toSetAsideReport } from "./cloud-event.ts";
import { readAnswer } from "./read-answer.ts";
import { ASYNCAPI_TEXT, asyncapiSchema } from "./testing/asyncapi-schema.ts";
import { UplinkError } from "./uplink.ts";

const LOCK = "00112233445566aa";
const NONCE = Buffer.alloc(16, 3).toString("base64");
const ROSTER = { document: "AQID", grants: { all: [LOCK] } };
const DIFFERENCE = { document: "AQID", grants: { since: 1, put: [LOCK], drop: [] }, mayRevoke: 7 };
const PLACE = { lockId: LOCK, generation: 0, seq: 1 };

const PAYLOADS: Record<EventKind, Uint8Array> = {
  record: new Uint8Array(48).fill(1),
  head: new Uint8Array(150).fill(2),
  "asked-head": concat(new Uint8Array(16).fill(3), new Uint8Array(150).fill(2)),
  gap: uint32(9),
  lost: encodeLoss(9, "quota"),
};

const row = (kind: EventKind): EventRow => ({
  cursor: 1,
  lockId: LOCK,
  generation: 0,
  seq: 7,
  kind,
  payload: PAYLOADS[kind],
  receivedAtMs: 1_800_000_000_000,
});

test("docs/asyncapi.yaml passes Redocly's strictest rules for AsyncAPI 3", async () => {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source: ASYNCAPI_TEXT, absoluteRef: "asyncapi.yaml", config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`),
    [],
  );
});

test("it describes every kind of event that is sent, and nothing that is but like one", () => {
  const isBatch = asyncapiSchema("Batch");
  const events = [...EVENT_KINDS.map((kind) => toCloudEvent(row(kind))), toSetAsideReport(row("record"))];
  assert(isBatch(events));
  const [good] = events;
  for (const bad of [
    { ...good, id: `${LOCK}-0-7-head` },
    { ...good, type: "se.portvakt.lock.record.v2" },
    { ...good, subject: "me" },
    { ...good, data: { ...good!.data, name: "Ada" } },
    { ...good, data: { ...good!.data, record: "AAAA" } },
  ] as CloudEvent[]) {
    assert(!isBatch([bad]), JSON.stringify(bad));
  }
});

test("it allows the answers that the gateway reads, and no others", () => {
  const isAnswer = asyncapiSchema("Answer");
  const answers: unknown[] = [
    {},
    { results: [{ id: "a", outcome: "accepted" }], durableThrough: [PLACE], rewind: [PLACE] },
    { lockReceipts: ["AQID"], headsWanted: [{ lockId: LOCK, nonce: NONCE }] },
    { documents: { issuerId: LOCK } },
    { documents: { issuerId: LOCK, grants: ["AQID"], rosters: [ROSTER, DIFFERENCE], timeTokens: ["AQID"] } },
    null,
    [],
    { receipts: [] },
    { results: [{ id: "", outcome: "accepted" }] },
    { results: [{ id: "a", outcome: "fine" }] },
    { results: [{ id: "a" }] },
    { durableThrough: [{ ...PLACE, seq: 2 ** 32 }] },
    { durableThrough: [{ ...PLACE, more: 1 }] },
    { rewind: [{ ...PLACE, lockId: "me" }] },
    { rewind: PLACE },
    { lockReceipts: ["AQI"] },
    { lockReceipts: [""] },
    { lockReceipts: [Buffer.alloc(1027).toString("base64")] },
    { headsWanted: [{ lockId: LOCK, nonce: "AQID" }] },
    { headsWanted: [{ lockId: LOCK }] },
    { documents: [] },
    { documents: { grants: [] } },
    { documents: { issuerId: LOCK, grants: [""] } },
    { documents: { issuerId: LOCK, keys: [] } },
    { documents: { issuerId: LOCK, rosters: [{ document: "AQID" }] } },
    { documents: { issuerId: LOCK, rosters: [{ ...ROSTER, mayRevoke: -1 }] } },
    { documents: { issuerId: LOCK, rosters: [{ ...ROSTER, grants: { ...ROSTER.grants, ...DIFFERENCE.grants } }] } },
  ];
  const [good, bad] = [5, answers.length - 5];
  const reads = (answer: unknown) => {
    try {
      const { documents } = readAnswer("b", JSON.stringify(answer));
      return documents?.ok ?? true;
    } catch (error) {
      if (error instanceof UplinkError) return false;
      throw error;
    }
  };
  for (const answer of answers) assert.equal(isAnswer(answer), reads(answer), JSON.stringify(answer));
  assert.equal(answers.filter(reads).length, good);
  assert.equal(answers.filter((answer) => !reads(answer)).length, bad);
});
