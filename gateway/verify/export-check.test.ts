import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { ExportCheck } from "./export-check.ts";
import { ExportError } from "./export-line.ts";
import { linesOf } from "./lines.ts";
import { ExportedLock } from "./testing/exported-lock.ts";

/** What is found in an export of these lines, with the lock's key given. */
function findingOf(lock: ExportedLock, ...events: object[]) {
  const check = new ExportCheck(opensslSuite, new Map([[lock.lockId, fromHex(lock.sigPk)]]));
  for (const event of events) check.see(JSON.stringify(event));
  const [verdict, ...others] = check.verdicts();
  assert.ok(verdict);
  assert.deepEqual(others, []);
  return verdict;
}

test("a whole log is found whole, and signed as far as the lock has signed", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const events = [lock.record(), lock.record(), lock.head(), lock.record()];
  assert.deepEqual(findingOf(lock, ...events), {
    lockId: lock.lockId,
    generation: 0,
    firstSeq: 1,
    lastSeq: 3,
    signedThrough: 2,
    unsigned: 1,
    missingAtLock: 0,
    missingAtGateway: 0,
    key: "given",
  });
  assert.equal(findingOf(lock, ...events, lock.head()).signedThrough, 3);
});

test("whatever bit of a record or a head is turned, it is found", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const [first, second, third, head] = [lock.record(), lock.record(), lock.record(), lock.head()];
  for (let bit = 0; bit < 48 * 8; bit++) {
    const altered = ExportedLock.withBitTurned(second, "record", bit);
    assert.throws(() => {
      const { fault } = findingOf(lock, first, altered, third, head);
      if (fault !== undefined) throw new ExportError(fault);
    }, ExportError);
  }
  for (const bit of [0, 77, 300, 1000]) {
    assert.match(
      findingOf(lock, first, second, third, ExportedLock.withBitTurned(head, "document", bit)).fault ?? "",
      /head/,
    );
  }
});

test("a record that is left out is found, wherever it stood", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const events = [lock.record(), lock.record(), lock.record(), lock.head()];
  const without = (index: number) => findingOf(lock, ...events.filter((_, at) => at !== index));
  assert.equal(without(1).fault, "records 2 to 2 are not there, and nothing reports them missing");
  assert.equal(without(2).fault, "the lock has signed for record 3, which is not there");
  // The first of what is kept may be any: then it is said where it begins.
  assert.deepEqual([without(0).fault, without(0).firstSeq], [undefined, 2]);
});

test("a log that was rewritten as a whole is found by the lock's signature alone", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const forged = new ExportedLock(nobleSuite, 1, { time: 7 });
  lock.record();
  assert.equal(findingOf(lock, forged.record(), lock.head()).fault, "the lock has signed for another record 1");
  const otherKey = fromHex(new ExportedLock(nobleSuite, 2).sigPk);
  const wrong = new ExportCheck(opensslSuite, new Map([[lock.lockId, otherKey]]));
  wrong.see(JSON.stringify(new ExportedLock(nobleSuite, 1).record()));
  assert.equal(wrong.verdicts()[0]?.fault, "record 1 does not follow from the one before it");
});

test("what is reported missing is counted, at the lock and at the gateway, and the log goes on", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const events = Array.from({ length: 6 }, () => lock.record());
  const found = findingOf(lock, events[0]!, lock.gap(2, 3), events[3]!, lock.lost(5, 5), events[5]!, lock.head());
  assert.equal(found.fault, undefined);
  assert.deepEqual([found.missingAtLock, found.missingAtGateway, found.signedThrough], [2, 1, 6]);
  const claim = findingOf(lock, events[0]!, lock.gap(2, 3), events[4]!);
  assert.equal(claim.fault, "records 4 to 4 are not there, and nothing reports them missing");
});

test("a head proves nothing before a hole: what had no head there is not proven", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const [first, headOfFirst, second] = [lock.record(), lock.head(), lock.record()];
  lock.record();
  const [fourth, head] = [lock.record(), lock.head()];
  const found = findingOf(lock, first, headOfFirst, second, lock.gap(3, 3), fourth, head);
  // The fourth is not proven either: nobody knows what it hangs on.
  assert.deepEqual([found.fault, found.signedThrough, found.unsigned], [undefined, 4, 2]);
});

test("what the first record behind a hole says is not proven: its hash alone is", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const [first, , third, fourth, head] = [lock.record(), lock.record(), lock.record(), lock.record(), lock.head()];
  const TYPE_BIT = 8 * 8;
  const altered = ExportedLock.withBitTurned(third, "record", TYPE_BIT);
  const behindGap = findingOf(lock, first, lock.gap(2, 2), altered, fourth, head);
  assert.deepEqual([behindGap.fault, behindGap.signedThrough, behindGap.unsigned], [undefined, 4, 2]);
  const atBeginning = findingOf(lock, altered, fourth, head);
  assert.deepEqual([atBeginning.fault, atBeginning.signedThrough, atBeginning.unsigned], [undefined, 4, 1]);
});

test("a repeat that says something else is found, though it bears the same hash", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const [first, second, head] = [lock.record(), lock.record(), lock.head()];
  const TYPE_BIT = 8 * 8;
  const altered = ExportedLock.withBitTurned(second, "record", TYPE_BIT);
  assert.equal(findingOf(lock, first, second, head, altered).fault, "there are two different records 2");
});

test("a repeat of long ago proves nothing", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const events = Array.from({ length: 100 }, () => lock.record());
  const again = ExportedLock.withBitTurned(events[3]!, "record", 8 * 8);
  const found = findingOf(lock, ...events, lock.head(), again);
  assert.deepEqual([found.fault, found.signedThrough, found.unsigned], [undefined, 100, 1]);
});

test("repeats are nothing, unless they differ", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const forged = new ExportedLock(nobleSuite, 1, { time: 7 });
  const [first, second] = [lock.record(), lock.record()];
  assert.equal(findingOf(lock, first, second, lock.gap(1, 2), first, second).lastSeq, 2);
  assert.equal(findingOf(lock, first, second, forged.record()).fault, "there are two different records 1");
});

test("a key that the export claims is used and said to be a claim; another than the given one is refused", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const line = JSON.stringify({ lockKey: { lockId: lock.lockId, sigPk: lock.sigPk } });
  const check = new ExportCheck(opensslSuite, new Map());
  check.see(line);
  check.see(JSON.stringify(lock.record()));
  assert.equal(check.verdicts()[0]?.key, "claimed");
  const other = new ExportedLock(nobleSuite, 2);
  const strict = new ExportCheck(opensslSuite, new Map([[lock.lockId, fromHex(other.sigPk)]]));
  assert.throws(() => strict.see(line), /line 1: it claims another key/);
  const blind = new ExportCheck(opensslSuite, new Map());
  blind.see(JSON.stringify(lock.record()));
  assert.equal(blind.verdicts()[0]?.key, "none");
});

test("what is no line of an export is refused with its number", () => {
  const check = new ExportCheck(opensslSuite, new Map());
  const { data, ...event } = new ExportedLock(nobleSuite, 1).record();
  check.see("");
  const wrong = [
    "nonsense",
    "7",
    "{}",
    '{"lockKey":{"lockId":"00","sigPk":"02"}}',
    JSON.stringify({ ...event, data: { ...data, seq: 2 } }),
    JSON.stringify({ ...event, data: { ...data, lockId: "AA".repeat(8) } }),
    JSON.stringify({ ...event, data: { ...data, generation: -1 } }),
    JSON.stringify({ ...event, data: { ...data, record: "AAAA" } }),
    JSON.stringify({ ...event, type: "se.portvakt.lock.gap.v1", data: { ...data, fromSeq: 3, toSeq: 2 } }),
  ];
  for (const [index, line] of wrong.entries()) {
    assert.throws(
      () => check.see(line),
      (error) => error instanceof ExportError && error.message.startsWith(`line ${index + 2}: `),
    );
  }
});

test("lines are cut where they end, however the bytes come, and none is endless", async () => {
  async function linesIn(...chunks: string[]) {
    const lines: string[] = [];
    const bytes = (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
    })();
    for await (const line of linesOf(bytes)) lines.push(line);
    return lines;
  }
  assert.deepEqual(await linesIn("a", "b\nc\n\nd", "e"), ["ab", "c", "", "de"]);
  assert.deepEqual(await linesIn(), []);
  await assert.rejects(linesIn("x".repeat(40_000), "x".repeat(40_000)), ExportError);
});
