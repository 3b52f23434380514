import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { TestGateway } from "../testing/test-gateway.ts";
import type { BackendAnswer, LogPlace } from "./backend-answer.ts";
import type { CloudEvent } from "./cloud-event.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

/** A backend in memory that keeps what it gets and answers as told. */
class FakeUplink implements Uplink {
  readonly name = "https://backend.example";
  readonly hasLanes = false;
  readonly received: CloudEvent[] = [];
  batches = 0;
  answer: (honest: LogPlace[]) => LogPlace[] = (honest) => honest;
  /** An event that it will not take. */
  poison: string | undefined;

  async deliver(batch: readonly CloudEvent[]): Promise<BackendAnswer> {
    this.batches++;
    if (batch.some(({ id }) => id === this.poison))
      throw new UplinkError("refused", `${this.name} answers 422`, { malformed: true });
    this.received.push(...batch);
    const [first] = batch;
    const seq = Math.max(...this.received.map(({ data }) => ("seq" in data ? data.seq : data.toSeq)));
    return { durableThrough: this.answer(first ? [{ lockId: first.subject, generation: 0, seq }] : []) };
  }

  async close(): Promise<void> {}
}

async function setUp(t: TestContext) {
  const uplink = new FakeUplink();
  const gateway = new TestGateway(t, { uplink });
  await gateway.pair();
  await gateway.clock.advanceAsync(2_000);
  return { uplink, gateway, lock: gateway.lock };
}

test("events go up in order, each with its id, and the lock may forget what the backend has", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  for (let i = 0; i < 250; i++) lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(30_000);
  const records = uplink.received.filter(({ type }) => type === "se.portvakt.lock.record.v1");
  assert.deepEqual(
    records.map(({ id }) => id),
    Array.from({ length: lock.seq }, (_, i) => `${lock.lockId}-0-${i + 1}`),
  );
  assert.equal(uplink.received.at(-1)?.id, `${lock.lockId}-0-${lock.seq}-head`);
  assert.equal(lock.ackedThrough, lock.seq);
  assert.deepEqual(gateway.parts.events.lockIdsWithUndelivered(), []);
});

test("while the backend fails, nothing is acknowledged and nothing is lost, and the tries grow rare", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  const acked = lock.ackedThrough;
  uplink.answer = () => {
    throw new UplinkError("refused", "https://backend.example answers 500");
  };
  lock.log({ type: RecordType.doorOpened });
  const before = uplink.batches;
  await gateway.clock.advanceAsync(60 * 60_000);
  assert(uplink.batches - before < 40, `${uplink.batches - before} tries in an hour`);
  assert.equal(lock.ackedThrough, acked);
  assert.deepEqual(gateway.parts.services.uplink.status(), {
    state: "waiting",
    sentence: "The events of one lock wait: https://backend.example answers 500.",
  });
  assert.match(gateway.parts.services.sync.status(lock.lockId)?.sentence ?? "", /^In step\. https.*answers 500\.$/);
  uplink.answer = (honest) => honest;
  await gateway.clock.advanceAsync(10 * 60_000);
  assert.equal(lock.ackedThrough, lock.seq);
});

test("receipts that can not be true are counted and never passed on to the lock", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  const acked = lock.ackedThrough;
  uplink.answer = ([honest]) => [
    { ...honest!, seq: 4_000 },
    { ...honest!, lockId: "0000000000000000" },
    { ...honest!, seq: 0 },
  ];
  lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(10_000);
  assert.equal(lock.ackedThrough, acked);
  assert.match(
    gateway.parts.services.uplink.status().sentence,
    /receipt through 4000.*not believed.*could not be true/,
  );
});

test("what stands before a refused event gets through", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  uplink.poison = `${lock.lockId}-0-${lock.seq + 8}`;
  for (let i = 0; i < 12; i++) lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(60_000);
  assert.equal(gateway.parts.events.durableThrough(lock.lockId, 0), lock.seq - 12 + 7);
  assert.equal(gateway.parts.services.uplink.status().state, "waiting");
});

test("a restart goes on where the last receipt ended", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  uplink.answer = () => [];
  lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(6_000);
  await gateway.restart();
  uplink.answer = (honest) => honest;
  const received = uplink.received.length;
  await gateway.clock.advanceAsync(10_000);
  assert.equal(uplink.received[received]?.id, `${lock.lockId}-0-${lock.seq}`);
  assert.equal(lock.ackedThrough, lock.seq);
});
