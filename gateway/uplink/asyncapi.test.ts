import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createConfig, lintFromString, parseYaml } from "@redocly/openapi-core";
import { Compile } from "typebox/schema";
import { concat, uint32 } from "../../protocol/wire/bytes.ts";
import { EVENT_KINDS, type EventKind, type EventRow } from "../store/event-store.ts";
import { encodeLoss } from "../store/loss.ts";
import { type CloudEvent, toCloudEvent, toSetAsideReport } from "./cloud-event.ts";
import { readAnswer } from "./read-answer.ts";
import { UplinkError } from "./uplink.ts";

const TEXT = readFileSync(
  new URL(import.meta.resolve("#package").replace("package.json", "docs/asyncapi.yaml")),
  "utf8",
);
const LOCK = "00112233445566aa";
const NONCE = Buffer.alloc(16, 3).toString("base64");
const PLACE = { lockId: LOCK, generation: 0, seq: 1 };

/** The description's schema of this name, as a function that says whether a value is one. */
function schema(name: string): (value: unknown) => boolean {
  const { components } = parseYaml(TEXT) as { components: object };
  const validator = Compile({ components, $ref: `#/components/schemas/${name}` } as object);
  return (value) => validator.Check(value);
}

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
  const problems = await lintFromString({ source: TEXT, absoluteRef: "asyncapi.yaml", config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`),
    [],
  );
});

test("it describes every kind of event that is sent, and nothing that is but like one", () => {
  const isBatch = schema("Batch");
  const events = [...EVENT_KINDS.map((kind) => toCloudEvent(row(kind))), toSetAsideReport(row("record"))];
  assert(isBatch(JSON.parse(JSON.stringify(events))));
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
  const isAnswer = schema("Answer");
  const answers: unknown[] = [
    {},
    { results: [{ id: "a", outcome: "accepted" }], durableThrough: [PLACE], rewind: [PLACE] },
    { lockReceipts: ["AQID"], headsWanted: [{ lockId: LOCK, nonce: NONCE }] },
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
  ];
  const [good, bad] = [3, answers.length - 3];
  const reads = (answer: unknown) => {
    try {
      readAnswer("b", JSON.stringify(answer));
      return true;
    } catch (error) {
      if (error instanceof UplinkError) return false;
      throw error;
    }
  };
  for (const answer of answers) assert.equal(isAnswer(answer), reads(answer), JSON.stringify(answer));
  assert.equal(answers.filter(reads).length, good);
  assert.equal(answers.filter((answer) => !reads(answer)).length, bad);
});
