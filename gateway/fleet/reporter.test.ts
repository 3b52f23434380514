import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import type { Log } from "../log.ts";
import { StoreError } from "../store/store-error.ts";
import type { BackendAnswer } from "../uplink/backend-answer.ts";
import { UplinkError } from "../uplink/uplink.ts";
import type { DocumentResult } from "./bundle.ts";
import type { LockReport, Reports } from "./lock-report.ts";
import { Reporter } from "./reporter.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const RESULT: DocumentResult = { kind: "time-token", id: "00112233445566aa", outcome: "accepted" };

function reportOf(lockId: string, epoch: number): LockReport {
  const identity = { gatewayId: "6761746577617931", lockId, generation: 0, model: "M", hardware: 1, firmware: 1 };
  const keys = { sigPk: "02".repeat(33), boxPk: "03".repeat(33) };
  return { ...identity, ...keys, state: "in-step", reason: "in-step", sentence: "In step.", wanted: { epoch } };
}

/** A reporter of locks whose wanted epochs stand in `epochs`, and a backend that keeps what it hears. */
function setUp(t: TestContext, { locks = 2, askEveryMs }: { locks?: number; askEveryMs?: number } = {}) {
  const clock = new VirtualClock();
  const epochs = new Map(Array.from({ length: locks }, (_, i) => [`lock${String(i).padStart(4, "0")}`, 1]));
  const heard: Reports[] = [];
  const answers: BackendAnswer[] = [];
  const backend = {
    answer: {} as BackendAnswer,
    trouble: undefined as UplinkError | undefined,
    tries: 0,
    async report(reports: Reports): Promise<BackendAnswer> {
      backend.tries++;
      if (backend.trouble) throw backend.trouble;
      heard.push(reports);
      return backend.answer;
    },
  };
  const reporter = new Reporter({
    uplink: {
      name: "https://backend.example",
      hasLanes: false,
      deliver: async () => ({}),
      close: async () => {},
      report: (reports) => backend.report(reports),
      ...(askEveryMs !== undefined && { askEveryMs }),
    },
    clock,
    random: new SeededRandom(1),
    log: silent,
    gatewayId: "6761746577617931",
    lockIds: () => [...epochs.keys()],
    report: (lockId) => {
      const epoch = epochs.get(lockId);
      return epoch === undefined ? undefined : reportOf(lockId, epoch);
    },
    heard: (answer) => answers.push(answer),
  });
  reporter.start();
  t.after(() => reporter.close());
  const told = () => heard.flatMap(({ reports }) => reports.map(({ lockId, wanted }) => `${lockId}:${wanted.epoch}`));
  return { clock, epochs, heard, answers, backend, reporter, told };
}

test("the backend hears of every lock at the start, of one when it has changed, and of all of them now and then", async (t) => {
  const { clock, epochs, reporter, told } = setUp(t);
  await clock.advanceAsync(2_000);
  assert.deepEqual(told().splice(0), ["lock0000:1", "lock0001:1"]);
  epochs.set("lock0001", 2);
  for (const lockId of epochs.keys()) reporter.poke(lockId);
  await clock.advanceAsync(60_000);
  assert.deepEqual(told().slice(2), ["lock0001:2"]);
  await clock.advanceAsync(10 * 60_000);
  assert.deepEqual(told().slice(3), ["lock0000:1", "lock0001:2"]);
});

test("what happens within a second goes up together, and a lock that is gone is not reported", async (t) => {
  const { clock, epochs, reporter, heard, told } = setUp(t, { locks: 5 });
  await clock.advanceAsync(2_000);
  const before = heard.length;
  const change = (epoch: number) => {
    for (const lockId of epochs.keys()) {
      epochs.set(lockId, epoch);
      reporter.poke(lockId);
    }
  };
  for (let epoch = 2; epoch <= 31; epoch++) {
    change(epoch);
    await clock.advanceAsync(100);
  }
  assert(heard.length - before <= 4, `${heard.length - before} messages in three seconds`);
  epochs.delete("lock0004");
  reporter.poke("lock0004");
  change(32);
  await clock.advanceAsync(2_000);
  assert.deepEqual(told().slice(-4), ["lock0000:32", "lock0001:32", "lock0002:32", "lock0003:32"]);
});

test("news of locks that the disk failed over is told when it works again", async (t) => {
  const { clock, epochs, reporter, told } = setUp(t);
  await clock.advanceAsync(2_000);
  const { get } = epochs;
  epochs.get = (lockId) => {
    if (lockId !== "lock0001") return get.call(epochs, lockId);
    epochs.get = get;
    throw new StoreError("io", "The disk failed");
  };
  for (const lockId of epochs.keys()) epochs.set(lockId, 2);
  for (const lockId of epochs.keys()) reporter.poke(lockId);
  await clock.advanceAsync(60_000);
  assert.deepEqual(told().slice(2).toSorted(), ["lock0000:2", "lock0001:2"]);
});

test("many locks take several messages, and a backend that finds them too large gets smaller ones", async (t) => {
  const { clock, heard, backend, told } = setUp(t, { locks: 120 });
  backend.trouble = new UplinkError("refused", "https://backend.example answers 413", { tooLarge: true });
  await clock.advanceAsync(1_500);
  backend.trouble = undefined;
  await clock.advanceAsync(20_000);
  assert.deepEqual(
    heard.map(({ reports }) => reports.length),
    [25, 25, 25, 25, 20],
  );
  assert.equal(new Set(told()).size, 120);
});

test("where the backend can only answer it is asked, again at once if it sends documents", async (t) => {
  const { clock, heard, answers, backend } = setUp(t, { askEveryMs: 15_000 });
  await clock.advanceAsync(2_000);
  assert.equal(heard.length, 1);
  await clock.advanceAsync(60_000);
  assert.equal(heard.length, 5);
  assert.deepEqual(heard.at(-1), { gatewayId: "6761746577617931", reports: [], results: [] });
  backend.answer = { documents: { ok: true, bundle: { issuerId: "00112233445566aa" } } };
  await clock.advanceAsync(15_000);
  backend.answer = {};
  const before = heard.length;
  await clock.advanceAsync(2_000);
  assert.equal(heard.length - before, 1);
  assert.deepEqual(answers.at(-2)?.documents, { ok: true, bundle: { issuerId: "00112233445566aa" } });
});

test("outcomes of documents go up with the next message, and wait for it if that is in trouble", async (t) => {
  const { clock, heard, backend, reporter } = setUp(t);
  await clock.advanceAsync(2_000);
  backend.trouble = new UplinkError("unreachable", "https://backend.example can not be reached");
  reporter.tell([RESULT]);
  await clock.advanceAsync(5_000);
  assert.equal(reporter.trouble, "https://backend.example can not be reached.");
  backend.trouble = undefined;
  await clock.advanceAsync(10_000);
  assert.deepEqual(heard.at(-1)?.results, [RESULT]);
  await clock.advanceAsync(60_000);
  assert.deepEqual(
    heard.flatMap(({ results }) => results),
    [RESULT],
  );
  assert.equal(reporter.trouble, undefined);
});

test("a result that no message can hold is left out, and holds up no other", async (t) => {
  const { clock, heard, backend, reporter } = setUp(t);
  await clock.advanceAsync(2_000);
  const large: DocumentResult = { ...RESULT, id: "large" };
  const report = backend.report;
  backend.report = async (reports) => {
    const isTooLarge = reports.results.includes(large);
    if (isTooLarge) throw new UplinkError("refused", "https://backend.example answers 413", { tooLarge: true });
    return report(reports);
  };
  reporter.tell([large, ...Array.from({ length: 20 }, () => ({ ...RESULT }))]);
  await clock.advanceAsync(10 * 60_000);
  assert.equal(heard.flatMap(({ results }) => results).length, 20);
});

test("in trouble it tries ever more slowly, at least once a minute, and never sooner than it is asked to", async (t) => {
  const { clock, epochs, backend, reporter, told } = setUp(t);
  backend.trouble = new UplinkError("unreachable", "https://backend.example can not be reached");
  await clock.advanceAsync(60 * 60_000);
  assert(backend.tries > 60 && backend.tries < 140, `${backend.tries} tries in an hour`);
  backend.trouble = new UplinkError("refused", "https://backend.example answers 503", { retryAfterMs: 300_000 });
  await clock.advanceAsync(60_000);
  const before = backend.tries;
  for (const lockId of epochs.keys()) reporter.poke(lockId);
  await clock.advanceAsync(230_000);
  assert.equal(backend.tries, before);
  backend.trouble = undefined;
  await clock.advanceAsync(120_000);
  assert.deepEqual(told(), ["lock0000:1", "lock0001:1"]);
});
