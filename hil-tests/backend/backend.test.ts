import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { readAnswer } from "../../gateway/uplink/read-answer.ts";
import { type Receipt, signReceipt, verifyReceipt } from "../../protocol/documents/receipt.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { Backend } from "./backend.ts";
import { EventStore } from "./event-store.ts";
import { UplinkedLock } from "./testing/uplinked-lock.ts";
import { writeAnswer } from "./write-answer.ts";

const lock = new UplinkedLock(nobleSuite, 1);
const { lockId } = lock;
const [first, second, third] = [lock.record(), lock.record(), lock.record()];
const head = lock.head();

let folder: string;
let store: EventStore;
let backend: Backend;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portvakt-backend-"));
  start();
  store.register(lockId, fromHex(lock.sigPk));
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function start(): void {
  store = new EventStore(opensslSuite, join(folder, "events.jsonl"));
  backend = new Backend({ store, random: new SeededRandom(1) });
}

const place = (seq: number, generation = 1) => ({ lockId, generation, seq });

/** What became of each event of a batch, and how far the logs are held then. */
function send(...events: unknown[]): [outcomes: string[], through: number[]] {
  const { results = [], durableThrough = [] } = backend.receive(events);
  return [results.map(({ outcome, code }) => code ?? outcome), durableThrough.map(({ seq }) => seq)];
}

/** Per generation: its number, how far it is held, how far signed, and its gaps. */
function held(): unknown[] {
  const generations = store.history(lockId) ?? [];
  return generations.map((one) => [one.generation, one.durableThrough, one.signedThrough, one.gaps]);
}

test("records that continue the chain are taken, and the receipt counts them", () => {
  assert.deepEqual(send(first, second), [["accepted", "accepted"], [2]]);
  assert.deepEqual(send(third, head), [["accepted", "accepted"], [3]]);
});

test("what is held and what the lock has signed for are told apart", () => {
  send(first, second, third);
  assert.deepEqual(held(), [[1, 3, 0, []]]);
  send(head);
  assert.deepEqual(held(), [[1, 3, 3, []]]);
});

test("a repeated batch changes nothing and gets the same receipt", () => {
  send(first, second);
  assert.deepEqual(send(first, second), [["duplicate", "duplicate"], [2]]);
  assert.deepEqual(send(first), [["duplicate"], [2]]);
});

test("everything is still there after a restart, but for a line cut short", () => {
  send(first, second);
  store.close();
  appendFileSync(join(folder, "events.jsonl"), '{"event": {"spec');
  start();
  assert.deepEqual(send(third, head), [["accepted", "accepted"], [3]]);
  store.close();
  start();
  assert.deepEqual(held(), [[1, 3, 3, []]]);
});

test("a record that comes too early is asked for again from where this backend stands", () => {
  const { results, rewind } = backend.receive([first, third]);
  assert.deepEqual(results?.[1], { id: `${lockId}-1-3`, outcome: "retry", code: "too-early" });
  assert.deepEqual(rewind, [place(1)]);
  assert.deepEqual(send(second, third), [["accepted", "accepted"], [3]]);
  assert.equal(backend.receive([third]).rewind, undefined);
});

test("an altered record is rejected, whichever bit was turned", () => {
  for (let bit = 0; bit < 48 * 8; bit++) {
    const { results } = backend.receive([UplinkedLock.withBitTurned(first, bit)]);
    assert.equal(results?.[0]?.outcome, "rejected");
  }
});

test("another record under a number that is held is rejected", () => {
  send(first, second);
  const forged = new UplinkedLock(nobleSuite, 1, { time: 7 });
  forged.record();
  assert.deepEqual(send(forged.record()), [["other-record"], [2]]);
});

test("a head that the lock has not signed, or that is of other records, is rejected", () => {
  send(first, second, third);
  const stranger = new UplinkedLock(nobleSuite, 2);
  assert.deepEqual(send(lock.head({ signedBy: stranger })), [["head-unsigned"], [3]]);
  assert.deepEqual(send(lock.head({ head: new Uint8Array(16) })), [["head-elsewhere"], [3]]);
});

test("a head that comes before its records may come again", () => {
  assert.deepEqual(send(first, head), [["accepted", "too-early"], [1]]);
});

test("a reported gap is shown, and the chain goes on after it", () => {
  assert.deepEqual(send(first, lock.gap(2, 2), third, head), [["accepted", "accepted", "accepted", "accepted"], [3]]);
  assert.deepEqual(held(), [[1, 3, 3, [{ fromSeq: 2, toSeq: 2 }]]]);
});

test("what the gateway lost itself is a gap as well", () => {
  assert.deepEqual(send(first, lock.lost(2, 2), third), [["accepted", "accepted", "accepted"], [3]]);
  assert.deepEqual(held(), [[1, 3, 0, [{ fromSeq: 2, toSeq: 2 }]]]);
});

test("a record that was set aside may come late, if it is the one that is missing", () => {
  send(first, lock.lost(2, 2), third, head);
  const forged = new UplinkedLock(nobleSuite, 1, { time: 7 });
  forged.record();
  assert.deepEqual(send(forged.record()), [["chain-broken"], [3]]);
  assert.deepEqual(send(second), [["accepted"], [3]]);
  assert.deepEqual(held(), [[1, 3, 3, []]]);
  assert.deepEqual(
    store.history(lockId)?.[0]?.records.map(({ seq }) => seq),
    [1, 2, 3],
  );
});

test("a lock that was reset begins a new chain", () => {
  send(first);
  const reset = new UplinkedLock(nobleSuite, 1, { generation: 2 });
  assert.deepEqual(backend.receive([reset.record()]).durableThrough, [place(1, 2)]);
});

test("the events of a lock that is not registered yet may come again", () => {
  const stranger = new UplinkedLock(nobleSuite, 2);
  const record = stranger.record();
  assert.deepEqual(send(record), [["unknown-lock"], []]);
  store.register(stranger.lockId, fromHex(stranger.sigPk));
  assert.deepEqual(send(record), [["accepted"], [1]]);
});

test("an event that disagrees with itself is rejected", () => {
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
  for (const change of changes) assert.deepEqual(send({ ...first, ...change }), [["malformed"], []]);
});

test("what a disaster has taken is asked for until it comes again, and then held as before", () => {
  send(first, second, third, head);
  backend.loseAfter(place(1));
  assert.deepEqual(held(), [[1, 1, 1, []]]);
  store.close();
  start();
  assert.deepEqual(backend.receive([head]).rewind, [place(1)]);
  assert.deepEqual(backend.pending([lockId]).rewind, [place(1)]);
  send(second, third, head);
  assert.deepEqual(held(), [[1, 3, 3, []]]);
  assert.deepEqual(backend.pending([lockId]), {});
});

test("a head over a nonce of this backend's is asked for until it comes", () => {
  send(first, second, third, head);
  const nonce = backend.wantHead(lockId);
  assert.deepEqual(backend.pending([lockId]).headsWanted, [{ lockId, nonce: fromHex(nonce) }]);
  assert.deepEqual(backend.receive([head]).headsWanted?.length, 1);
  assert.deepEqual(send(lock.head({ nonce })), [["accepted"], [3]]);
  assert.deepEqual(backend.pending([lockId]), {});
  assert.equal(store.lock(lockId)?.askedHeads()[0]?.nonce, nonce);
  assert.deepEqual(send(lock.head({ nonce })), [["duplicate"], [3]]);
  const claimed = "00".repeat(16);
  const { data } = lock.head({ nonce });
  const lie = {
    ...lock.head({ nonce: claimed }),
    data: { ...data, nonce: Buffer.from(claimed, "hex").toString("base64") },
  };
  assert.deepEqual(send(lie), [["head-elsewhere"], [3]]);
});

test("alarms that overtake are shown at once and believed in their turn", () => {
  assert.deepEqual(backend.receive([third], "alarm"), { results: [{ id: `${lockId}-1-3`, outcome: "accepted" }] });
  assert.deepEqual(backend.alarms, [third]);
  assert.deepEqual(held(), []);
});

test("where the issuer is this backend, receipts that locks believe go with the answer", async () => {
  const random = new SeededRandom(9);
  const issuerKey = opensslSuite.p256PrivateKey((length) => random.bytes(length));
  const issuer = { signReceipt: async (receipt: Receipt) => signReceipt(opensslSuite, issuerKey, receipt) };
  backend = new Backend({ store, random, issuer });
  const { lockReceipts = [] } = await backend.answer([first, second]);
  const receipt = verifyReceipt(nobleSuite, lockReceipts[0]!, nobleSuite.p256PublicKey(issuerKey));
  assert.ok(receipt.ok);
  assert.deepEqual([toHex(receipt.value.lockId), receipt.value.seq], [lockId, 2]);
});

test("what is answered is what the gateway reads", () => {
  send(first, second);
  backend.wantHead(lockId);
  const bundle = {
    issuerId: "00112233445566aa",
    grants: [Uint8Array.of(1)],
    rosters: [
      { document: Uint8Array.of(2), grants: { kind: "all", all: ["a1a2a3a4a5a6a7a8"] } as const, mayRevoke: 7 },
    ],
    timeTokens: [Uint8Array.of(3)],
  };
  const answer = {
    ...backend.receive([first, third]),
    lockReceipts: [Uint8Array.of(1, 2)],
    rewind: [place(1)],
    documents: { ok: true, bundle } as const,
  };
  assert.deepEqual(readAnswer("the backend", writeAnswer(answer)), answer);
});
