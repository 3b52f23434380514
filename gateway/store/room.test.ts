import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { isTelemetry } from "../../protocol/log/urgency.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { Ballast } from "./ballast.ts";
import { Database } from "./database.ts";
import { type EventRow, EventStore } from "./event-store.ts";
import { decodeLoss, lastSeqOf } from "./loss.ts";
import { OutboxStore } from "./outbox-store.ts";
import { RetentionStore } from "./retention-store.ts";
import { RewindStore } from "./rewind-store.ts";
import { Room } from "./room.ts";
import { SetAsideStore } from "./set-aside-store.ts";
import { ShedStore } from "./shed-store.ts";
import { StoreError } from "./store-error.ts";
import { temporaryDirectory } from "./testing/temporary-directory.ts";

const A = "aaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbb";
const DAY_MS = 86_400_000;
const PAGES = 200;
const LOG = { debug() {}, info() {}, warn() {}, error() {}, child: () => LOG };

function record(seq: number, type: number, lockId = A): Omit<EventRow, "cursor"> {
  const payload = new Uint8Array(48).fill(seq);
  payload[8] = type;
  return { lockId, generation: 0, seq, kind: "record", payload, receivedAtMs: 1000 };
}

/** So many events; each third is telemetry, or all but each tenth where a door is mostly opened from within. */
const records = (from: number, count: number, lockId: string, isBusy: boolean) =>
  Array.from({ length: count }, (_, i) => {
    const isTelemetry = isBusy ? (from + i) % 10 !== 0 : (from + i) % 3 === 0;
    return record(from + i, isTelemetry ? RecordType.doorOpened : RecordType.unlocked, lockId);
  });

function setUp(t: TestContext, { hasUplink = true, quotaPages = PAGES } = {}) {
  const database = Database.open(join(temporaryDirectory(t), "portvakt.db"), { pagesMax: PAGES });
  const clock = new VirtualClock();
  const outbox = new OutboxStore(database);
  const room = new Room({
    database,
    outbox,
    retention: new RetentionStore(database),
    shed: new ShedStore(database, outbox),
    ballast: undefined,
    clock,
    log: LOG,
    hasUplink,
    pagesMax: quotaPages,
    keepMs: () => 14 * DAY_MS,
  });
  t.after(async () => {
    await room.close();
    database.close();
  });
  const events = new EventStore(database);
  const fill = async (lockId: string, from: number, count: number, isBusy = false) => {
    for (let done = 0; done < count; done += 20) {
      const slice = records(from + done, 20, lockId, isBusy);
      // A store that is full says so, and takes the same again once there is room.
      while (!(await isTaken(events.append(slice)))) {
        room.poke();
        await clock.advanceAsync(1);
      }
      room.poke();
      await clock.advanceAsync(1);
    }
  };
  const deliverAll = (lockId: string) =>
    outbox.advance(lockId, new Map(), events.afterForLock(lockId, 0, 100_000).at(-1)!.cursor, clock.wallMs());
  return { database, clock, events, outbox, room, fill, deliverAll };
}

async function isTaken(append: Promise<void>): Promise<boolean> {
  try {
    await append;
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "full") return false;
    throw error;
  }
}

/** Checks that everything from 1 through `last` is here or reported as lost, once; returns both counts. */
function account(rows: EventRow[], last: number): { here: number; lost: number; reports: number } {
  let next = 1;
  const counts = { here: 0, lost: 0, reports: 0 };
  for (const row of rows) {
    assert.equal(row.seq, next, `${row.kind} ${row.seq} where ${next} should be`);
    if (row.kind === "lost") {
      assert.equal(decodeLoss(row.payload).cause, "quota");
      counts.reports++;
      counts.lost += lastSeqOf(row) - row.seq + 1;
    } else counts.here++;
    next = lastSeqOf(row) + 1;
  }
  assert.equal(next, last + 1);
  return counts;
}

test("delivered events go when their time has come, but not the newest record", async (t) => {
  const { clock, events, room, fill, deliverAll, outbox } = setUp(t);
  await fill(A, 1, 100);
  await deliverAll(A);
  await fill(A, 101, 20);
  room.start();
  await clock.advanceAsync(13 * DAY_MS);
  assert.equal(events.afterForLock(A, 0, 1000).length, 120);
  await clock.advanceAsync(2 * DAY_MS);
  assert.deepEqual([events.afterForLock(A, 0, 1000).length, outbox.undeliveredCount(A)], [20, 20]);
  await deliverAll(A);
  await clock.advanceAsync(16 * DAY_MS);
  assert.deepEqual(
    events.afterForLock(A, 0, 1000).map(({ seq }) => seq),
    [120],
  );
});

test("where room gets short, delivered events go before their time and nothing else does", async (t) => {
  const { events, room, fill, deliverAll, outbox } = setUp(t);
  await fill(B, 1, 100);
  for (let seq = 1; seq <= 6_000; seq += 500) {
    await fill(A, seq, 500);
    await deliverAll(A);
  }
  assert.equal(room.lostEvents, 0);
  assert.equal(outbox.undeliveredCount(B), 100);
  account(events.afterForLock(B, 0, 1000), 100);
});

test("at the quota telemetry goes first, and all that has gone is reported in its place", async (t) => {
  const { events, room, fill } = setUp(t);
  let count = 0;
  for (; room.lostEvents === 0; count += 20) await fill(A, count + 1, 20, true);
  const left = events.afterForLock(A, 0, 100_000);
  const { lost, reports } = account(left, count);
  assert(lost > 0 && reports < lost / 5, `${lost} lost in ${reports} reports, of ${count}`);
  const access = left.filter(({ kind, payload }) => kind === "record" && !isTelemetry(payload));
  assert.equal(access.length, count / 10, "records of access were lost before the telemetry");
});

test("when there is no telemetry left the oldest go, in few reports, and the newest stay", async (t) => {
  const { events, room, fill, outbox } = setUp(t);
  await fill(B, 1, 20);
  await fill(A, 1, 10_000);
  const rows = events.afterForLock(A, 0, 100_000);
  const { here, lost } = account(rows, 10_000);
  assert(lost > 5_000 && here > 500, `${here} are here`);
  assert.equal(rows.at(-1)?.seq, 10_000);
  assert.equal(rows[0]?.kind, "lost");
  assert(lastSeqOf(rows[0]!) > 5_000);
  assert.equal(outbox.undeliveredCount(A), rows.length);
  assert(room.isShort);
  account(events.afterForLock(B, 0, 100), 20);
});

test("where nobody takes events, the oldest make room and the configuration can still be changed", async (t) => {
  const { events, room, fill } = setUp(t, { hasUplink: false });
  await fill(A, 1, 8_000);
  assert(!room.isShort);
  account(events.afterForLock(A, 0, 100_000), 8_000);
});

test("the ballast goes when the disk runs full, and comes back when there is plenty of room", async (t) => {
  let freeMib = 100;
  const path = join(temporaryDirectory(t), "ballast");
  const ballast = new Ballast(path, 2, () => freeMib * 2 ** 20);
  const seen: boolean[] = [];
  for (freeMib of [100, 3, 0.5, 1.5, 7, 9]) {
    await ballast.keep();
    seen.push(existsSync(path));
  }
  assert.deepEqual(seen, [true, true, false, false, false, true]);
  assert.equal(statSync(path).size, 2 * 2 ** 20);
});

test("on a disk that runs full before the quota the store makes do with the file that it has", async (t) => {
  const { events, room, fill } = setUp(t, { quotaPages: 100 * PAGES });
  await fill(A, 1, 6_000);
  assert(room.lostEvents > 0);
  account(events.afterForLock(A, 0, 100_000), 6_000);
});

test("a rewind beyond what is kept sends what is there, behind a report of what has gone", async (t) => {
  const { database, clock, events, outbox, room, fill, deliverAll } = setUp(t);
  await fill(A, 1, 100);
  await deliverAll(A);
  await outbox.advance(A, new Map([[0, 100]]), 0, 0);
  await fill(A, 101, 20);
  room.start();
  await clock.advanceAsync(15 * DAY_MS);
  const rewinds = new RewindStore(database, outbox);
  const waiting = () => outbox.undelivered(A, 3).map((row) => [row.kind, row.seq, lastSeqOf(row)]);
  for (const [seq, from] of [
    [60, 61],
    [20, 21],
    [90, 21],
  ] as const) {
    await rewinds.rewind(A, 0, seq, clock.wallMs());
    assert.deepEqual(waiting(), [
      ["lost", from, 100],
      ["record", 101, 101],
      ["record", 102, 102],
    ]);
  }
  assert.equal(decodeLoss(outbox.undelivered(A, 1)[0]!.payload).cause, "retention");
  assert.equal(events.durableThrough(A, 0), 20);
  await rewinds.rewind(A, 0, 101, clock.wallMs());
  assert.equal(outbox.undelivered(A, 1)[0]?.seq, 21, "a rewind has gone forward");
});

test("a rewind where nothing follows any more is answered by a report alone", async (t) => {
  const { database, events, outbox, fill, deliverAll } = setUp(t);
  await fill(A, 1, 40);
  await deliverAll(A);
  const rewinds = new RewindStore(database, outbox);
  await database.write(() => database.run("DELETE FROM event"));
  await rewinds.rewind(A, 0, 30, 0);
  assert.deepEqual(
    outbox.undelivered(A, 9).map((row) => [row.kind, row.seq, lastSeqOf(row)]),
    [["lost", 31, 40]],
  );
  assert.equal(events.position(A)?.seq, 40);
});

test("what is set aside outlives retention until somebody gives it up", async (t) => {
  const { database, clock, events, room, fill, deliverAll } = setUp(t);
  const setAside = new SetAsideStore(database);
  await fill(A, 1, 40);
  const [first] = events.afterForLock(A, 0, 1);
  await setAside.put(first!, "Nobody wants it.", 0);
  await deliverAll(A);
  room.start();
  await clock.advanceAsync(16 * DAY_MS);
  const left = () => events.afterForLock(A, 0, 100).map(({ seq }) => seq);
  assert.deepEqual(left(), [1, 40]);
  await setAside.setState(first!.cursor, "dropped");
  await clock.advanceAsync(DAY_MS);
  assert.deepEqual(left(), [40]);
});
