import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { signReceipt } from "../../protocol/documents/receipt.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { LockSession } from "../link/lock-session.ts";
import { type EventRow, EventStore } from "../store/event-store.ts";
import { temporaryDatabase } from "../store/testing/temporary-database.ts";
import { acknowledge } from "./acknowledge.ts";
import { CarriedReceipts } from "./carried-receipts.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const random = new SeededRandom(1);
const key = () => suite.p256PrivateKey((length) => random.bytes(length));
const [issuerKey, otherKey] = [key(), key()];

async function setUp(t: Parameters<typeof temporaryDatabase>[0], issuerKeys = [issuerKey]) {
  const database = temporaryDatabase(t);
  const events = new EventStore(database);
  const row = (seq: number, kind: EventRow["kind"]): Omit<EventRow, "cursor"> => ({
    lockId: LOCK,
    generation: 0,
    seq,
    kind,
    payload: new Uint8Array(48).fill(seq),
    receivedAtMs: 0,
  });
  await events.append([row(1, "record"), row(2, "record"), row(2, "head"), row(3, "record")]);
  const receipts = new CarriedReceipts({
    suite,
    database,
    events,
    issuerPks: () => issuerKeys.map((each) => suite.p256PublicKey(each)),
    isKnownLock: (lockId) => lockId === LOCK,
  });
  return { events, receipts };
}

function receipt({ seq = 2, head = 0, lockId = LOCK, signedBy = issuerKey } = {}): Uint8Array {
  const claims = { lockId: fromHex(lockId), generation: 0, seq, head: new Uint8Array(16).fill(head || seq) };
  return signReceipt(suite, signedBy, claims);
}

test("a receipt that the issuer signed goes to the lock as it is, and before any that the gateway signs", async (t) => {
  const { events, receipts } = await setUp(t);
  const document = receipt();
  assert.deepEqual(await receipts.put(document), { lockId: LOCK });
  const given: unknown[] = [];
  const session = {
    command: async (command: object) => {
      given.push(command);
      return { ok: true, value: {} };
    },
  } as unknown as LockSession;
  const issuer = { signReceipt: () => assert.fail("the gateway has signed one itself") } as never;
  for (let time = 0; time < 2; time++) {
    await acknowledge(
      (job) => job(session),
      { events, receiptSigner: issuer, carriedReceipts: receipts, hasUplink: true },
      LOCK,
    );
  }
  assert.deepEqual(given, [{ name: "ackLog", receipt: document }]);
  assert.equal(events.ackedThrough(LOCK, 0), 2);
});

test("what can be seen to be wrong with a receipt does not get to the lock", async (t) => {
  const { receipts } = await setUp(t);
  const wrong: [Uint8Array, RegExp][] = [
    [receipt({ signedBy: otherKey }), /does not verify/],
    [receipt().fill(0, 10, 20), /does not verify/],
    [Uint8Array.of(1), /does not verify/],
    [receipt({ lockId: "00000000000000ff" }), /not known here/],
    [receipt({ seq: 3 }), /through 3 when its signed head covers 2/],
    [receipt({ head: 9 }), /another record 2/],
  ];
  for (const [document, words] of wrong) {
    const kept = await receipts.put(document);
    assert.match("lie" in kept ? kept.lie : "", words);
  }
  assert.equal(receipts.get(LOCK, 0), undefined);
});

test("a receipt under a key that its lock has left is no fault of the lock, and waits for the same under the new key", async (t) => {
  const { events, receipts } = await setUp(t, [issuerKey, otherKey]);
  const session = {
    command: async () => ({ ok: false, refusal: { reason: Reason.unknownKey } }),
  } as unknown as LockSession;
  await receipts.put(receipt());
  const parts = { events, receiptSigner: undefined, carriedReceipts: receipts, hasUplink: true };
  await acknowledge((job) => job(session), parts, LOCK);
  assert.equal(events.ackedThrough(LOCK, 0), 0);
  const anew = receipt({ signedBy: otherKey });
  await receipts.put(anew);
  assert.deepEqual(receipts.get(LOCK, 0)?.document, anew);
});

test("an older receipt does not take the place of a newer one", async (t) => {
  const { receipts } = await setUp(t);
  await receipts.put(receipt());
  await receipts.put(receipt({ seq: 1 }));
  assert.equal(receipts.get(LOCK, 0)?.seq, 2);
});
