import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err, encodeMessage } from "../../protocol/wire/messages.ts";
import { NO_OBSERVER } from "../metrics/observer.ts";
import { LockStore } from "../store/lock-store.ts";
import { FakeAir } from "../testing/fake-air.ts";
import { FakeLock } from "../testing/fake-lock.ts";
import { runUntil } from "../testing/run-until.ts";
import { testDatabase } from "../testing/test-store.ts";
import { TransportError } from "../transport/channel.ts";
import { LockLink } from "./lock-link.ts";
import type { LockSession } from "./lock-session.ts";

const VIA = "tcp://127.0.0.1:7001";

async function setUp(t: TestContext) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const air = new FakeAir(clock);
  const lock = new FakeLock(random, clock);
  lock.pmk = new Secret(random.bytes(32));
  air.place(VIA, lock);
  const locks = new LockStore(testDatabase(t));
  const { slot, ...told } = lock.info;
  await locks.put({ ...told, lockId: lock.lockId, via: VIA, pairedAtMs: 0 });
  await locks.putSlot({ lockId: lock.lockId, slot, pmk: lock.pmk.part(0, 32), live: true, n: 0 });
  const link = new LockLink(lock.lockId, {
    suite: opensslSuite,
    random,
    clock,
    transport: air,
    locks,
    observer: NO_OBSERVER,
  });
  t.after(() => runUntil(clock, link.close()));
  const run = <T>(promise: Promise<T>) => runUntil(clock, promise);
  return { clock, air, lock, link, run };
}

const status = (session: LockSession) => session.command({ name: "status" });

test("a session is opened for the first job and kept for the next", async (t) => {
  const { lock, link, run } = await setUp(t);
  for (let i = 0; i < 3; i++) assert((await run(link.run("sync", status))).ok);
  assert.equal(lock.opens, 1);
  assert.equal(lock.commands.length, 3);
});

test("a session that nobody uses is given up, and resumed in one round trip", async (t) => {
  const { clock, air, lock, link, run } = await setUp(t);
  await run(link.run("sync", status));
  await clock.advanceAsync(5 * 60_000);
  const frames: Uint8Array[] = [];
  air.fate = (frame) => {
    frames.push(frame);
    return "pass";
  };
  assert((await run(link.run("sync", status))).ok);
  assert.deepEqual([lock.opens, lock.counters, frames.length], [1, [1], 1]);
});

test("an S1 without a reply is sent again for the order that it carried, and for no other", async (t) => {
  const { clock, air, lock, link, run } = await setUp(t);
  await run(link.run("sync", status));
  await clock.advanceAsync(5 * 60_000);
  air.fate = () => "lose-reply";
  let tag = new Uint8Array(8);
  const order = async (session: LockSession) => {
    try {
      await session.command({ name: "act", action: 1, grant: new Uint8Array(8), order: new Uint8Array(8) });
    } finally {
      tag = Uint8Array.from(session.resumeTag!);
    }
  };
  await assert.rejects(run(link.run("unlock", order)), TransportError);
  air.fate = () => "pass";
  const another = await run(link.run("unlock", (session) => session.repeatAct(new Uint8Array(8))));
  assert.deepEqual([another, lock.counters.length], [undefined, 1]);
  const repeated = await run(link.run("unlock", (session) => session.repeatAct(tag)));
  assert.deepEqual([repeated?.ok, lock.acts], [true, 1]);
});

test("a waiting unlock goes before waiting syncs", async (t) => {
  const { link, run } = await setUp(t);
  const order: string[] = [];
  const job = (name: string) => async (session: LockSession) => {
    await status(session);
    order.push(name);
  };
  await run(
    Promise.all([link.run("sync", job("first")), link.run("sync", job("sync")), link.run("unlock", job("unlock"))]),
  );
  assert.deepEqual(order, ["first", "unlock", "sync"]);
});

test("a lost reply fails the job, and the next one gets a new session", async (t) => {
  const { air, lock, link, run } = await setUp(t);
  await run(link.run("sync", status));
  air.losesReply = true;
  await assert.rejects(
    run(link.run("sync", status)),
    (error) => error instanceof TransportError && error.code === "timeout",
  );
  assert((await run(link.run("sync", status))).ok);
  assert.equal(lock.opens, 2);
});

test("a reply with any bit flipped ends the session", async (t) => {
  const { air, lock, link, run } = await setUp(t);
  await run(link.run("sync", status));
  const { receive } = lock;
  lock.receive = (frame) => {
    lock.receive = receive;
    const reply = receive.call(lock, frame)!;
    reply[reply.length - 1]! ^= 1;
    return reply;
  };
  await assert.rejects(run(link.run("sync", status)), /wrong-tag/);
  assert((await run(link.run("sync", status))).ok);
  assert.deepEqual([lock.opens, lock.counters], [1, [1]]);
  assert.equal(air.isDown, false);
});

test("a busy lock is asked again after a while, in the same attempt", async (t) => {
  const { lock, link, run } = await setUp(t);
  let busy = 2;
  const { receive } = lock;
  lock.receive = (frame) => (busy-- > 0 ? encodeMessage({ type: "ERR", code: Err.busy }) : receive.call(lock, frame));
  assert((await run(link.run("sync", status))).ok);
});

test("a lock gets at most one O1 in 250 ms, and one in a second while none leads to a command", async (t) => {
  const { clock, air, lock, link, run } = await setUp(t);
  const openedAtMs: number[] = [];
  air.fate = (frame) => {
    if (frame[0] === 0x15) openedAtMs.push(clock.monotonicMs());
    return "pass";
  };
  lock.receive = () => encodeMessage({ type: "ERR", code: Err.noSuchSlot });
  for (let i = 0; i < 6; i++) {
    await assert.rejects(run(link.run("unlock", status)), (error) => error instanceof RefusedByPeer && error.err === 3);
  }
  const gapsMs = openedAtMs.slice(1).map((atMs, i) => atMs - openedAtMs[i]!);
  assert(
    gapsMs.slice(0, 2).every((gapMs) => gapMs >= 250),
    `${gapsMs}`,
  );
  assert(
    gapsMs.slice(2).every((gapMs) => gapMs >= 1_000),
    `${gapsMs}`,
  );
});

test("dropping the session fails the job that has it, and nothing else", async (t) => {
  const { lock, link, run } = await setUp(t);
  await run(link.run("sync", status));
  const failure = assert.rejects(link.run("sync", status), TransportError);
  await run(Promise.all([link.drop(), failure]));
  assert((await run(link.run("sync", status))).ok);
  assert.deepEqual([lock.opens, lock.counters], [1, [1]]);
});

test("closing fails what waits and what comes", async (t) => {
  const { link, run } = await setUp(t);
  const inProgress = link.run("sync", status);
  const failures = [1, 2].map(() => assert.rejects(link.run("sync", status), /stopping/));
  await run(Promise.allSettled([link.close(), inProgress]));
  await run(Promise.all(failures));
  await assert.rejects(run(link.run("unlock", status)), /stopping/);
});
