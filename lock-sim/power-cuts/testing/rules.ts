import assert from "node:assert/strict";
import { verifyLogHead } from "../../../protocol/documents/log-head.ts";
import { auxPair } from "../../../protocol/log/aux.ts";
import { firstHash, verifyChain } from "../../../protocol/log/chain.ts";
import { decodeRecord, type LogRecord, RECORD_BYTES, RecordType } from "../../../protocol/log/record.ts";
import { concat } from "../../../protocol/wire/bytes.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { eventOf } from "../../firmware/journal.ts";
import { readIdentity } from "../../firmware/storage/identity.ts";
import type { BenchLock, Opened } from "../../firmware/testing/bench-lock.ts";

const AT_ONCE = 20;
/** From INTENT to DONE. */
const RECORDS_OF_AN_ORDER = 4;
/** What is drawn for a time is thrown by then. */
const LONG_MS = 60_000;

/** What a gateway knows of a lock. */
export interface Known {
  /** Of the current generation, as far as they are kept. */
  readonly records: readonly LogRecord[];
  readonly n: number;
  readonly generation: number;
}

/** All that the log still has, read over the session: it chains, from h_0 if it goes back so far, and up to the signed head. */
export function readAll(bench: BenchLock, { session, caps }: Opened): Known {
  const { suite, label } = bench;
  const { generation } = caps;
  const sigPk = suite.p256PublicKey(readIdentity(bench.flash)!.sigKey);
  const rows: Uint8Array[] = [];
  for (let fromSeq = 1; ; fromSeq = decodeRecord(rows.at(-1)!.subarray(-RECORD_BYTES)).seq + 1) {
    const { records } = session.done({ name: "readLog", fromSeq, max: AT_ONCE });
    if (records.length === 0) break;
    rows.push(records);
  }
  const all = concat(...rows);
  const first = decodeRecord(all.subarray(0, RECORD_BYTES));
  const isWhole = first.seq === 1;
  const chain = isWhole
    ? verifyChain(suite, firstHash(suite, label.lockId, generation, sigPk), 1, all)
    : verifyChain(suite, first.h, first.seq + 1, all.subarray(RECORD_BYTES));
  assert(chain.ok, "the records chain");
  const nonce = new Uint8Array(16).fill(7);
  const head = verifyLogHead(suite, session.done({ name: "logHead", nonce }).document, sigPk);
  assert(head.ok);
  assert.deepEqual([head.value.seq, head.value.head], [chain.lastSeq, chain.head]);
  return { records: isWhole ? chain.records : [first, ...chain.records], n: caps.n, generation };
}

/**
 * What holds of a lock whatever it was doing when the power went (protocol.md §4, §9), seen over a session opened since.
 * `before` is what was known when it was still at rest.
 */
export function checkRules(bench: BenchLock, opened: Opened, before: Known): Known {
  const now = readAll(bench, opened);
  if (now.generation === before.generation) {
    const oldest = now.records[0]!.seq;
    assert.deepEqual(
      now.records.filter(({ seq }) => seq <= before.records.at(-1)!.seq),
      before.records.filter(({ seq }) => seq >= oldest),
      "what was in the log is in the log",
    );
    assert(now.n >= before.n, "a counter never goes back");
  }
  checkJournal(now.records);
  checkBoots(now.records);
  return now;
}

/** A bolt that was drawn for a time is thrown, one that is held open is not, wherever the power left it. */
export function checkBolt(bench: BenchLock, { records }: Known): void {
  bench.clock.advance(LONG_MS);
  const isHeld = records.findLast(({ type }) => type === RecordType.hold)?.n === 0;
  assert.equal(bench.boltPosition, isHeld ? "drawn" : "thrown");
}

/** Every INTENT has one DONE before the next, and it says "done" if and only if the action's own event lies between. */
function checkJournal(records: readonly LogRecord[]): void {
  let open: LogRecord | undefined;
  let wasDone = false;
  for (const record of records) {
    if (record.type === RecordType.intent) {
      assert.equal(open, undefined, `an order is open when another begins, seq ${record.seq}`);
      [open, wasDone] = [record, false];
    } else if (record.type === RecordType.done) {
      const isIntentRecycled = records[0]!.seq > 1 && record.seq - records[0]!.seq < RECORDS_OF_AN_ORDER;
      if (open) assert.equal(record.result === Reason.done, wasDone, `seq ${record.seq}`);
      else assert(isIntentRecycled, `a DONE without its INTENT, seq ${record.seq}`);
      open = undefined;
    } else if (open) {
      const own = eventOf(open.result as Parameters<typeof eventOf>[0], open.slot, open.aux);
      const isOwn = record.type === own.type && record.n === (own.n ?? 0) && record.slot === open.slot;
      if (isOwn) assert.equal(wasDone, false, `done twice, seq ${record.seq}`);
      wasDone ||= isOwn;
    }
  }
  assert.equal(open, undefined, "an order was left open");
}

/** Each boot counts one more: none that got so far as to answer is missing. */
function checkBoots(records: readonly LogRecord[]): void {
  const counts = records.filter(({ type }) => type === RecordType.boot).map(({ aux }) => auxPair(aux)[0]);
  for (const [i, count] of counts.entries()) if (i > 0) assert(count > counts[i - 1]!, "boots are counted");
}
