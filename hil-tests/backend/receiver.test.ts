import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { ApiError, JsonApi } from "../rig-tools/json-api.ts";
import { EventStore } from "./event-store.ts";
import { Receiver } from "./receiver.ts";
import { UplinkedLock } from "./testing/uplinked-lock.ts";

interface Shown {
  generations: { generation: number; durableThrough: number; signedThrough: number; gaps: unknown[] }[];
}

const lock = new UplinkedLock(nobleSuite, 1);
const { lockId } = lock;
const [first, second, third] = [lock.record(), lock.record(), lock.record()];
const head = lock.head();

let folder: string;
let store: EventStore;
let receiver: Receiver;
let api: JsonApi;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "portvakt-backend-"));
  await start();
  await api.put(`/v1/locks/${lockId}`, { sigPk: lock.sigPk });
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  store = new EventStore(opensslSuite, join(folder, "events.jsonl"));
  receiver = new Receiver(store);
  api = new JsonApi(await receiver.start(0));
}

async function stop(): Promise<void> {
  await receiver.close();
  store.close();
}

const send = (...events: unknown[]) => api.post("/events", events);
const receipts = (seq: number, generation = 1) => ({ durableThrough: [{ lockId, generation, seq }] });

/** Per generation: its number, how far it is held, how far signed, and its gaps. */
async function shown(): Promise<unknown[]> {
  const { generations } = await api.get<Shown>(`/v1/locks/${lockId}`);
  return generations.map((one) => [one.generation, one.durableThrough, one.signedThrough, one.gaps]);
}

/** The refusal of the batch: the event that it names and its words. */
async function refusal(...events: unknown[]): Promise<[string, string]> {
  const error = await send(...events).then(
    () => assert.fail("nothing was refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiError);
  assert.equal(error.status, 422);
  const { event, detail } = error.body as { event: string; detail: string };
  return [event, detail];
}

test("records that continue the chain are taken, and the receipt counts them", async () => {
  assert.deepEqual(await send(first, second), receipts(2));
  assert.deepEqual(await send(third, head), receipts(3));
});

test("what is held and what the lock has signed for are shown apart", async () => {
  await send(first, second, third);
  assert.deepEqual(await shown(), [[1, 3, 0, []]]);
  await send(head);
  assert.deepEqual(await shown(), [[1, 3, 3, []]]);
});

test("a repeated batch changes nothing and gets the same receipt", async () => {
  await send(first, second);
  assert.deepEqual(await send(first, second), receipts(2));
  assert.deepEqual(await send(first), receipts(2));
});

test("everything is still there after a restart, but for a line cut short", async () => {
  await send(first, second);
  await stop();
  appendFileSync(join(folder, "events.jsonl"), '{"event": {"spec');
  await start();
  assert.deepEqual(await send(third, head), receipts(3));
  await stop();
  await start();
  assert.deepEqual(await shown(), [[1, 3, 3, []]]);
});

test("a record out of order is refused by name, and those before it are kept", async () => {
  assert.deepEqual(await refusal(first, third), [`${lockId}-1-3`, "2 comes next in this generation"]);
  assert.deepEqual(await send(second, third), receipts(3));
});

test("an altered record is refused, whichever bit was turned", async () => {
  for (let bit = 0; bit < 48 * 8; bit++) {
    const [event] = await refusal(UplinkedLock.withBitTurned(first, bit));
    assert.equal(event, `${lockId}-1-1`);
  }
});

test("another record under a number that is held is refused", async () => {
  await send(first, second);
  const forged = new UplinkedLock(nobleSuite, 1, { time: 7 });
  forged.record();
  const [, detail] = await refusal(forged.record());
  assert.equal(detail, "another record is held under this number");
});

test("a head that the lock has not signed, or that is of other records, is refused", async () => {
  await send(first, second, third);
  const stranger = new UplinkedLock(nobleSuite, 2);
  const id = `${lockId}-1-3-head`;
  assert.deepEqual(await refusal(lock.head({ signedBy: stranger })), [id, "the head is not signed by this lock"]);
  const otherHead = lock.head({ head: new Uint8Array(16) });
  assert.deepEqual(await refusal(otherHead), [id, "the head is not of the records held"]);
});

test("a head that comes before its records is refused", async () => {
  assert.deepEqual(await refusal(first, head), [`${lockId}-1-3-head`, "the head is not of the records held"]);
});

test("a reported gap is shown, and the chain goes on after it", async () => {
  await send(first);
  assert.deepEqual(await send(lock.gap(2, 2), third, head), receipts(3));
  assert.deepEqual(await shown(), [[1, 3, 3, [{ fromSeq: 2, toSeq: 2 }]]]);
});

test("a lock that was reset begins a new chain", async () => {
  await send(first);
  const reset = new UplinkedLock(nobleSuite, 1, { generation: 2 });
  assert.deepEqual(await send(reset.record()), receipts(1, 2));
});

test("a lock that is not registered is refused, and a registered one keeps its key", async () => {
  const stranger = new UplinkedLock(nobleSuite, 2);
  const [, detail] = await refusal(stranger.record());
  assert.equal(detail, `lock ${stranger.lockId} is not registered here`);
  await assert.rejects(api.put(`/v1/locks/${lockId}`, { sigPk: stranger.sigPk }), { status: 409 });
});

test("an event that disagrees with itself is refused", async () => {
  const changes = [
    { specversion: "0.3" },
    { id: `${lockId}-1-2` },
    { source: "/locks/0000000000000000" },
    { subject: "0000000000000000" },
    { type: "se.portvakt.lock.record.v2" },
    { time: "yesterday" },
    { datacontenttype: "text/plain" },
    { data: null },
    { data: { ...first.data, seq: -1 } },
    { data: { ...first.data, record: "not base64" } },
  ];
  for (const change of changes) await refusal({ ...first, ...change });
});

test("what is no batch is a bad request", async () => {
  await assert.rejects(api.post("/events", { not: "an array" }), { status: 400 });
});

test("told to fail it answers 500 and keeps nothing; told to lie it claims what it never got", async () => {
  await api.put("/v1/fault", { fault: "error" });
  await assert.rejects(send(first), { status: 500 });
  assert.deepEqual(await shown(), []);
  await api.put("/v1/fault", { fault: "lie" });
  assert.deepEqual(await send(first), receipts(1001));
  await assert.rejects(api.put("/v1/fault", { fault: "explode" }), { status: 400 });
});
