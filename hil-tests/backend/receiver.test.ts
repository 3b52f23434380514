import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { JsonApi } from "../rig-tools/json-api.ts";
import { Backend } from "./backend.ts";
import { EventStore } from "./event-store.ts";
import { Receiver } from "./receiver.ts";
import { UplinkedLock } from "./testing/uplinked-lock.ts";

interface Shown {
  generations: { durableThrough: number; newestRecords: { seq: number; type: string }[] }[];
  askedHeads: { nonce: string; seq: number }[];
}

const lock = new UplinkedLock(nobleSuite, 1);
const { lockId } = lock;
const first = lock.record();

let folder: string;
let store: EventStore;
let receiver: Receiver;
let url: string;
let api: JsonApi;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "portvakt-receiver-"));
  store = new EventStore(opensslSuite, join(folder, "events.jsonl"));
  receiver = new Receiver(new Backend({ store, random: new SeededRandom(1) }));
  url = await receiver.start(0);
  api = new JsonApi(url);
  await api.put(`/v1/locks/${lockId}`, { sigPk: lock.sigPk });
});

afterEach(async () => {
  await receiver.close();
  store.close();
  rmSync(folder, { recursive: true });
});

const receipts = (seq: number, outcome = "accepted") => ({
  results: [{ id: first.id, outcome }],
  durableThrough: [{ lockId, generation: 1, seq }],
});
const shown = () => api.get<Shown>(`/v1/locks/${lockId}`);

test("a batch gets its receipts, and the lock's newest records are shown", async () => {
  assert.deepEqual(await api.post("/events", [first]), receipts(1));
  const { generations } = await shown();
  assert.equal(generations[0]?.durableThrough, 1);
  assert.deepEqual(generations[0]?.newestRecords, [{ seq: 1, time: 1_800_000_000, type: "unlocked" }]);
  assert.deepEqual(await api.get("/v1/locks"), { lockIds: [lockId] });
});

test("a batch may be packed", async () => {
  const post = (body: Uint8Array) =>
    fetch(`${url}/events`, { method: "POST", headers: { "content-encoding": "gzip" }, body: new Uint8Array(body) });
  const answer = await post(gzipSync(JSON.stringify([first])));
  assert.deepEqual(await answer.json(), receipts(1));
  assert.equal((await post(gzipSync(new Uint8Array(20 * 1024 * 1024)))).status, 413);
  assert.equal((await post(Uint8Array.of(1, 2, 3))).status, 400);
});

test("a lock keeps the key that it was registered with", async () => {
  const { sigPk } = new UplinkedLock(nobleSuite, 2);
  await assert.rejects(api.put(`/v1/locks/${lockId}`, { sigPk }), { status: 409 });
  await assert.rejects(api.put(`/v1/locks/${lockId}`, { sigPk: "02" }), { status: 400 });
});

test("what is no batch is a bad request", async () => {
  await assert.rejects(api.post("/events", { not: "an array" }), { status: 400 });
});

test("a head is wanted, and a loss is played, on request", async () => {
  const { nonce } = await api.post<{ nonce: string }>(`/v1/locks/${lockId}/heads`);
  await api.post("/events", [first, lock.head({ nonce })]);
  assert.deepEqual(
    (await shown()).askedHeads.map((head) => [head.nonce, head.seq]),
    [[nonce, 1]],
  );
  await api.post(`/v1/locks/${lockId}/loss`, { generation: 1, seq: 0 });
  assert.equal((await shown()).generations[0]?.durableThrough, 0);
  await assert.rejects(api.post(`/v1/locks/${lockId}/loss`, { generation: 1 }), { status: 400 });
  await assert.rejects(api.post(`/v1/locks/${"0".repeat(16)}/heads`), { status: 404 });
});

test("told to fail it answers 500 and keeps nothing; told to lie it claims what it never got", async () => {
  await api.put("/v1/fault", { fault: "error" });
  await assert.rejects(api.post("/events", [first]), { status: 500 });
  assert.deepEqual((await shown()).generations, []);
  await api.put("/v1/fault", { fault: "lie" });
  assert.deepEqual(await api.post("/events", [first]), receipts(1001));
  await assert.rejects(api.put("/v1/fault", { fault: "explode" }), { status: 400 });
});
