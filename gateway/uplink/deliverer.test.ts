import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { verifyLogHead } from "../../protocol/documents/log-head.ts";
import { NO_AUX } from "../../protocol/log/aux.ts";
import { encodeRecord, NO_SLOT, RecordType } from "../../protocol/log/record.ts";
import { TestGateway } from "../testing/test-gateway.ts";
import type { BackendAnswer, LogPlace } from "./backend-answer.ts";
import type { CloudEvent } from "./cloud-event.ts";
import { type Downlink, type Lane, type Uplink, UplinkError } from "./uplink.ts";

/** A backend in memory that keeps what it gets and answers as told. */
class FakeUplink implements Uplink {
  readonly name = "https://backend.example";
  readonly hasLanes: boolean;
  readonly received: CloudEvent[] = [];
  readonly alarms: CloudEvent[] = [];
  downlink: Downlink | undefined;
  isAway = false;
  /** Refuses everything. */
  isHostile = false;
  batches = 0;
  answer: (honest: LogPlace[]) => LogPlace[] = (honest) => honest;
  /** An event that it will not take. */
  poison: string | undefined;

  constructor(hasLanes = false) {
    this.hasLanes = hasLanes;
  }

  async start(downlink: Downlink): Promise<void> {
    this.downlink = downlink;
  }

  async deliver(batch: readonly CloudEvent[], lane: Lane): Promise<BackendAnswer> {
    this.batches++;
    if (this.isAway) throw new UplinkError("unreachable", `${this.name} can not be reached`);
    if (lane === "alarm") {
      this.alarms.push(...batch);
      return {};
    }
    if (this.isHostile || batch.some(({ id }) => id === this.poison))
      throw new UplinkError("refused", `${this.name} answers 422`, { malformed: true });
    this.received.push(...batch);
    const [first] = batch;
    const seq = Math.max(...this.received.map(({ data }) => ("seq" in data ? data.seq : data.toSeq)));
    return { durableThrough: this.answer(first ? [{ lockId: first.subject, generation: 0, seq }] : []) };
  }

  async close(): Promise<void> {}
}

async function setUp(t: TestContext, { hasLanes = false } = {}) {
  const uplink = new FakeUplink(hasLanes);
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
  assert.deepEqual(gateway.parts.outbox.lockIdsWithUndelivered(), []);
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
    /receipt through 4000.*not believed.*statements.*could not be true/,
  );
});

test("a backend may have more of a generation that is over than a gateway that was put back", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  uplink.answer = ([honest]) => [{ ...honest!, seq: 4_000 }];
  const { lockId } = lock;
  const first = { seq: 1, time: 0, type: RecordType.factoryReset, slot: NO_SLOT, result: 0, flags: 0, n: 0 };
  const payload = encodeRecord({ ...first, ref: NO_AUX, aux: NO_AUX, h: new Uint8Array(16) });
  uplink.isAway = true;
  lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(10_000);
  await gateway.parts.events.append([{ lockId, generation: 1, seq: 1, kind: "record", payload, receivedAtMs: 0 }]);
  uplink.isAway = false;
  await gateway.clock.advanceAsync(600_000);
  assert.equal(gateway.parts.events.durableThrough(lockId, 0), lock.seq);
  assert.equal(uplink.received.at(-1)?.data.generation, 1);
});

test("an event that the backend never takes is found by halving and set aside, and the log goes on behind it", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  const poison = lock.seq + 8;
  uplink.poison = `${lock.lockId}-0-${poison}`;
  for (let i = 0; i < 12; i++) lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(60_000);
  const ids = uplink.received.map(({ id }) => id);
  assert(ids.includes(`${lock.lockId}-0-${poison}-${poison}-lost`));
  assert(ids.includes(`${lock.lockId}-0-${lock.seq}`));
  assert.equal(lock.ackedThrough, lock.seq);
  const [held] = gateway.parts.setAside.open(0, 10);
  assert.deepEqual([held?.seq, held?.why], [poison, "https://backend.example answers 422."]);
  assert.equal(gateway.parts.services.uplink.status().state, "delivering");
});

test("an event that was set aside is tried once more when somebody says so", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  uplink.poison = `${lock.lockId}-0-${lock.seq + 1}`;
  lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(60_000);
  const { setAside, services } = gateway.parts;
  const retry = async () => {
    await setAside.setState(setAside.open(0, 1)[0]!.cursor, "retry");
    services.uplink.poke(lock.lockId);
    await gateway.clock.advanceAsync(5_000);
  };
  await retry();
  assert.equal(setAside.open(0, 1)[0]?.state, "held");
  const { poison } = uplink;
  uplink.poison = undefined;
  await retry();
  assert.equal(setAside.count(), 0);
  assert.equal(uplink.received.at(-1)?.id, poison);
});

test("a backend that takes nothing at all gets no more than a few events set aside", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  uplink.isHostile = true;
  for (let i = 0; i < 100; i++) lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(4 * 60 * 60_000);
  assert(gateway.parts.setAside.count() <= 10);
  assert.match(gateway.parts.services.uplink.status().sentence, /refused 10 events in a row/);
  uplink.isHostile = false;
  await gateway.clock.advanceAsync(10 * 60_000);
  assert.equal(lock.ackedThrough, lock.seq);
});

test("a backend that has lost something asks for it again and gets it, in order", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  for (let i = 0; i < 50; i++) lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(10_000);
  const { seq } = lock;
  uplink.received.length = 0;
  uplink.downlink?.answer({ rewind: [{ lockId: lock.lockId, generation: 0, seq: 20 }] });
  await gateway.clock.advanceAsync(10_000);
  const records = uplink.received.filter(({ type }) => type === "se.portvakt.lock.record.v1");
  assert.deepEqual(
    records.map(({ id }) => id),
    Array.from({ length: seq - 20 }, (_, i) => `${lock.lockId}-0-${21 + i}`),
  );
  assert.equal(gateway.parts.events.durableThrough(lock.lockId, 0), seq);
});

test("what can not be true is not believed unasked either", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  const { seq, lockId } = lock;
  const other = "00000000000000ff";
  uplink.downlink?.answer({
    rewind: [
      { lockId, generation: 0, seq: seq + 1 },
      { lockId, generation: 7, seq: 3 },
      { lockId: other, generation: 0, seq: 0 },
    ],
    durableThrough: [
      { lockId, generation: 0, seq: seq + 1 },
      { lockId: other, generation: 0, seq: 1 },
    ],
    lockReceipts: [Uint8Array.of(1, 2, 3)],
    headsWanted: [{ lockId: other, nonce: new Uint8Array(16) }],
  });
  await gateway.clock.advanceAsync(1_000);
  assert.match(gateway.parts.services.uplink.status().sentence, /7 statements/);
  assert.equal(gateway.parts.events.durableThrough(lockId, 0), seq);
});

test("a receipt that comes late, doubled or long after counts for what was sent, and a rewind makes it void", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  const { lockId } = lock;
  const before = lock.seq;
  uplink.answer = () => [];
  for (let i = 0; i < 5; i++) lock.log({ type: RecordType.doorOpened });
  await gateway.clock.advanceAsync(6_000);
  const { events } = gateway.parts;
  const receipt = (seq: number) => ({ durableThrough: [{ lockId, generation: 0, seq }] });
  for (const seq of [before + 3, before + 3, before + 1]) uplink.downlink?.answer(receipt(seq));
  await gateway.clock.advanceAsync(1_000);
  assert.equal(events.durableThrough(lockId, 0), before + 3);
  uplink.isAway = true;
  uplink.downlink?.answer({ rewind: [{ lockId, generation: 0, seq: before }] });
  await gateway.clock.advanceAsync(1_000);
  assert.equal(events.durableThrough(lockId, 0), before);
});

test("the lock signs its head over the backend's own nonce, behind all that the head covers", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  lock.log({ type: RecordType.doorOpened });
  uplink.downlink?.answer({ headsWanted: [{ lockId: lock.lockId, nonce: new Uint8Array(16).fill(7) }] });
  await gateway.clock.advanceAsync(10_000);
  const { id, data } = uplink.received.at(-1)!;
  assert.equal(id, `${lock.lockId}-0-${lock.seq}-head-${"07".repeat(16)}`);
  assert("document" in data && data.nonce === Buffer.alloc(16, 7).toString("base64"));
  const { sigPk } = lock.info;
  const head = verifyLogHead(opensslSuite, new Uint8Array(Buffer.from(data.document, "base64")), sigPk);
  assert(head.ok && head.value.nonce.every((byte) => byte === 7) && head.value.seq === lock.seq);
});

test("an alarm overtakes what waits, on a lane of its own, and comes again in its order", async (t) => {
  const { uplink, gateway, lock } = await setUp(t, { hasLanes: true });
  uplink.isAway = true;
  for (let i = 0; i < 300; i++) lock.log({ type: RecordType.doorOpened });
  const seq = lock.log({ type: RecordType.tamper });
  await gateway.clock.advanceAsync(30_000);
  uplink.isAway = false;
  uplink.received.length = 0;
  await gateway.clock.advanceAsync(10 * 60_000);
  const id = `${lock.lockId}-0-${seq}`;
  assert.equal(uplink.alarms[0]?.id, id);
  assert.equal(uplink.alarms.length, 1);
  assert(uplink.received.some((event) => event.id === id));
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

test("a gateway that signs for itself takes no signed documents, and believes the rest of what comes with them", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  const documents = { ok: true, bundle: { issuerId: "00112233445566aa" } } as const;
  uplink.downlink?.answer({ documents, headsWanted: [{ lockId: lock.lockId, nonce: new Uint8Array(16).fill(7) }] });
  await gateway.clock.advanceAsync(10_000);
  assert.equal(gateway.parts.services.uplink.lies, 1);
  assert(uplink.received.some(({ id }) => id.endsWith(`-head-${"07".repeat(16)}`)));
});

test("a flood of answers is not kept for later: what is left out counts as one that could not be true", async (t) => {
  const { uplink, gateway, lock } = await setUp(t);
  const rewind = [{ lockId: lock.lockId, generation: 0, seq: 4_000 }];
  for (let i = 0; i < 1_000; i++) uplink.downlink?.answer({ rewind });
  assert.equal(gateway.parts.services.uplink.lies, 800);
  await gateway.clock.advanceAsync(1_000);
  assert.equal(gateway.parts.services.uplink.lies, 1_000);
});
