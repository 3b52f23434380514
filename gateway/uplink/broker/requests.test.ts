import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { ActOutcome } from "../../api/services.ts";
import type { Incoming } from "./message.ts";
import { COMMAND_LIVES_SECONDS_MAX, Requests } from "./requests.ts";

const LOCK = "00112233445566aa";
const REPLIES = "replies/desk";

function setUp() {
  const clock = new VirtualClock();
  const acts: string[] = [];
  const refusals: string[] = [];
  const replies: object[] = [];
  const ends: ((outcome: ActOutcome) => void)[] = [];
  const act = (what: string) => {
    acts.push(what);
    return new Promise<ActOutcome>((resolve) => ends.push(resolve));
  };
  const requests = new Requests({
    clock,
    downlink: { answer() {}, order: () => act("order"), command: (_, action) => act(action) },
    commands: true,
    isPaired: (lockId) => lockId === LOCK,
    isReplyTopic: (topic) => topic === REPLIES,
    refused: (name) => refusals.push(name),
    reply: (_, correlation, payload) => replies.push({ ...JSON.parse(payload), to: correlation?.[0] }),
  });
  let ids = 0;
  const command = (json: object = {}, message: Partial<Incoming> = { expiresInSeconds: 10 }) =>
    requests.command(LOCK, {
      topic: "t",
      payload: new TextEncoder().encode(JSON.stringify({ action: "unlock", id: `${ids++}`, ...json })),
      isRetained: false,
      responseTopic: REPLIES,
      correlation: new Uint8Array([1]),
      ...message,
    });
  return { clock, acts, refusals, replies, ends, command };
}

test("the outcome is told when there is one", async () => {
  const { acts, replies, ends, command } = setUp();
  command();
  assert.deepEqual([acts, replies], [["unlock"], []]);
  ends[0]!({ kind: "refused", reason: 11 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(replies, [{ outcome: "refused", reason: 11, detail: "expired", to: 1 }]);
});

test("no more acts are under way than a gateway can do, and the next begins when one has ended", async () => {
  const { acts, refusals, ends, command } = setUp();
  for (let i = 0; i < 17; i++) command();
  assert.deepEqual([acts.length, refusals], [16, ["busy"]]);
  ends[0]!({ kind: "unreachable", message: "" });
  await new Promise((resolve) => setImmediate(resolve));
  command();
  assert.equal(acts.length, 17);
});

test("what makes a command one of now is tried at its bounds", () => {
  const { clock, acts, refusals, command } = setUp();
  const nowSeconds = Math.floor(clock.wallMs() / 1000);
  command({}, { expiresInSeconds: COMMAND_LIVES_SECONDS_MAX });
  command({ notAfter: nowSeconds + COMMAND_LIVES_SECONDS_MAX }, {});
  command({ notAfter: nowSeconds }, {});
  assert.deepEqual([acts.length, refusals], [3, []]);
  command({}, { expiresInSeconds: COMMAND_LIVES_SECONDS_MAX + 1 });
  command({ notAfter: nowSeconds + COMMAND_LIVES_SECONDS_MAX + 1 }, {});
  command({ notAfter: nowSeconds - 1 }, {});
  command({}, {});
  assert.deepEqual(refusals, ["expires-too-late", "expires-too-late", "expired", "no-expiry"]);
});

test("an id is good once for as long as its command could be, and then its command is too old", () => {
  const { clock, acts, refusals, command } = setUp();
  const notAfter = Math.floor(clock.wallMs() / 1000) + COMMAND_LIVES_SECONDS_MAX;
  command({ id: "same", notAfter });
  clock.advance(COMMAND_LIVES_SECONDS_MAX * 1000 - 1);
  command({ id: "same", notAfter });
  clock.advance(1001);
  command({ id: "same", notAfter });
  assert.deepEqual([acts.length, refusals], [1, ["duplicate", "expired"]]);
});

test("a command without an id goes by its correlation data, and without those it is none", () => {
  const { acts, refusals, command } = setUp();
  const json = { id: undefined };
  command(json);
  command(json);
  command(json, { correlation: new Uint8Array(0), expiresInSeconds: 10 });
  command(json, { correlation: new Uint8Array(65), expiresInSeconds: 10 });
  assert.deepEqual([acts.length, refusals], [1, ["duplicate", "no-id", "no-id"]]);
});
