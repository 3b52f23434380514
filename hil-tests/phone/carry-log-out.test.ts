import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { type LogHead, signLogHead } from "../../protocol/documents/log-head.ts";
import { NO_AUX } from "../../protocol/log/aux.ts";
import { appendRecord, firstHash } from "../../protocol/log/chain.ts";
import { NO_SLOT, RECORD_BYTES, RecordType } from "../../protocol/log/record.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { concat } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { encodeRefusal, encodeResponse, READ_LOG_RECORDS_MAX } from "../../protocol/wire/responses.ts";
import { type CarriedLog, carryLogOut, type LogPosition } from "./carry-log-out.ts";
import { PassSession } from "./pass-session.ts";
import { ScriptedLock } from "./testing/scripted-lock.ts";

const GENERATION = 2;
const RECORDS = 50;
const LOST = 30;

const random = new SeededRandom(11);
const phone = { suite, random, clock: new VirtualClock() };
const lock = { lockId: random.bytes(8), sigKey: newKey() };
const known = { lockId: lock.lockId, sigPk: suite.p256PublicKey(lock.sigKey) };

function newKey() {
  return suite.p256PrivateKey((length) => random.bytes(length));
}

/** Records 1 to 50 of one generation. */
const records: Uint8Array[] = [];
const heads = [firstHash(suite, known.lockId, GENERATION, known.sigPk)];
for (let seq = 1; seq <= RECORDS; seq++) {
  const fields = { seq, time: 0, type: RecordType.doorOpened, slot: NO_SLOT, result: 0, flags: 0, n: 0 };
  const { bytes, h } = appendRecord(suite, heads.at(-1)!, { ...fields, ref: new Uint8Array(8), aux: NO_AUX });
  records.push(bytes);
  heads.push(h);
}

type Script = {
  /** What the lock signs, where it differs from the truth; by whose key. */
  head?: (asked: Uint8Array) => Partial<LogHead>;
  signedBy?: typeof lock.sigKey;
  /** What it shows. */
  show?: (fromSeq: number, max: number) => { firstSeq: number; records: Uint8Array };
};

function batch(firstSeq: number, max: number) {
  return { firstSeq, records: concat(...records.slice(firstSeq - 1, firstSeq - 1 + max)) };
}

function respond(script: Script, command: Command): Uint8Array {
  switch (command.name) {
    case "logHead": {
      const truth = { lockId: known.lockId, generation: GENERATION, seq: RECORDS, head: heads[RECORDS]!, time: 0 };
      const claims = { ...truth, nonce: command.nonce, ...script.head?.(command.nonce) };
      // Of the generations before, nothing is left.
      if (command.generation !== undefined) return encodeRefusal({ reason: 25 });
      return encodeResponse("logHead", {
        ok: true,
        value: { document: signLogHead(suite, script.signedBy ?? lock.sigKey, claims) },
      });
    }
    case "readLog":
      return encodeResponse("readLog", { ok: true, value: (script.show ?? batch)(command.fromSeq, command.max) });
    default:
      throw new Error(`nobody asks for ${command.name}`);
  }
}

async function carry(script: Script, from?: LogPosition): Promise<CarriedLog[]> {
  const carrier = new ScriptedLock(lock, random, (command) => respond(script, command));
  return carryLogOut(phone, await PassSession.open(phone, carrier, known), from);
}

const WHOLE = { generation: GENERATION, seq: RECORDS, head: heads[RECORDS]! };

test("a log comes out in batches, whole and signed", async () => {
  const [log, ...more] = await carry({});
  assert.deepEqual(more, []);
  assert.deepEqual(
    log!.runs.map(({ firstSeq }) => firstSeq),
    [1, 21, 41],
  );
  assert.deepEqual(concat(...log!.runs.map((run) => run.records)), concat(...records));
  assert.deepEqual(log!.end, WHOLE);
});

test("only what is not known yet is asked for", async () => {
  const [log] = await carry({}, { generation: GENERATION, seq: 45, head: heads[45]! });
  assert.deepEqual(log!.runs, [batch(46, 5)]);
  assert.deepEqual((await carry({}, WHOLE))[0]!.runs, []);
});

test("generations of which the lock has nothing left are passed over", async () => {
  const logs = await carry({}, { generation: 0, seq: 7, head: new Uint8Array(16) });
  assert.deepEqual(
    logs.map(({ end }) => end),
    [WHOLE],
  );
});

test("records that the lock has lost show as a gap, and its signature covers the rest", async () => {
  const [log] = await carry({ show: (fromSeq, max) => batch(Math.max(fromSeq, LOST + 1), max) });
  assert.equal(log!.runs[0]!.firstSeq, LOST + 1);
  assert.deepEqual(log!.end, WHOLE);
});

const CONTRADICTIONS: { fact: string; script: Script; from?: LogPosition }[] = [
  { fact: "signs with another key", script: { signedBy: newKey() } },
  { fact: "answers another question", script: { head: () => ({ nonce: new Uint8Array(16) }) } },
  { fact: "signs for another lock", script: { head: () => ({ lockId: new Uint8Array(8) }) } },
  { fact: "signs another log", script: { head: () => ({ head: heads[0]! }) } },
  { fact: "signs records that it does not show", script: { head: () => ({ seq: RECORDS + 1 }) } },
  {
    fact: "shows more than it was asked for",
    script: {
      head: () => ({ seq: RECORDS - 1, head: heads[RECORDS - 1]! }),
      show: (fromSeq) => batch(fromSeq, READ_LOG_RECORDS_MAX),
    },
  },
  { fact: "shows records from before", script: { show: (fromSeq, max) => batch(Math.max(fromSeq - 1, 1), max) } },
  {
    fact: "shows a record with a bit turned",
    script: {
      show: (fromSeq, max) => {
        const shown = batch(fromSeq, max);
        shown.records[RECORD_BYTES + 4]! ^= 1;
        return shown;
      },
    },
  },
  {
    fact: "shows another record after a gap than it says",
    script: { show: (fromSeq, max) => ({ ...batch(fromSeq + 2, max), firstSeq: fromSeq + 1 }) },
  },
  {
    fact: "shows rubbish after a gap",
    script: { show: (fromSeq) => ({ firstSeq: fromSeq + 1, records: new Uint8Array(RECORD_BYTES) }) },
  },
  { fact: "has forgotten what is known", script: {}, from: { ...WHOLE, seq: RECORDS + 1 } },
  { fact: "has another past than is known", script: {}, from: { ...WHOLE, seq: 10 } },
  { fact: "has gone back a generation", script: {}, from: { ...WHOLE, generation: GENERATION + 1 } },
];

for (const { fact, script, from } of CONTRADICTIONS) {
  test(`nothing is taken from a lock that ${fact}`, async () => {
    await assert.rejects(carry(script, from), ProtocolError);
  });
}
