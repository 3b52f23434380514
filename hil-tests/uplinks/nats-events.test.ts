import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { findNatsServer } from "./nats-server.ts";
import { GATEWAY_ID, NatsWorld } from "./testing/nats-world.ts";

const program = findNatsServer();
const options = program === undefined ? { skip: "skipped: nats-server not found" } : { timeout: 60_000 };

test(
  "what happens at the locks is at the backend, each lock's in its order, and the locks may forget it",
  options,
  async (t) => {
    const world = await NatsWorld.start(t, program!, { locks: 3 });
    for (let i = 0; i < 100; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorOpened });
    await world.untilAllArrived();
    await world.until("the receipts at the locks", () => world.locks.every((lock) => lock.ackedThrough === lock.seq));
  },
);

test("a server killed with -9 in the middle loses nothing", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { locks: 3 });
  const [server] = world.servers;
  for (let kills = 0; kills < 2; kills++) {
    for (let i = 0; i < 60; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorOpened });
    const { batches } = world.receiver!;
    await world.until("a batch", () => world.receiver!.batches > batches);
    await server!.kill();
    // All that was logged before may have got there just in time.
    for (const lock of world.locks) lock.log({ type: RecordType.doorClosed });
    await world.until("the trouble", () => /can not be reached/.test(world.sentence));
    await server!.restart();
  }
  await world.untilAllArrived();
});

test("a server that stands still is noticed, and nothing is lost", options, async (t) => {
  const world = await NatsWorld.start(t, program!);
  const [lock] = world.locks;
  await world.untilAllArrived();
  world.servers[0]!.freeze();
  for (let i = 0; i < 30; i++) lock!.log({ type: RecordType.doorOpened });
  await world.until("the trouble", () => /can not be reached/.test(world.sentence));
  world.servers[0]!.thaw();
  await world.untilAllArrived();
});

test("a stream that is deleted under us is missed in words, and its successor gets everything", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { locks: 2 });
  for (let i = 0; i < 60; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorOpened });
  await world.run(world.admin.deleteStream());
  for (let i = 0; i < 60; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorClosed });
  await world.until("the trouble", () => /has no stream for portvakt\.stair-4\.locks\./.test(world.sentence));
  await world.addStream();
  await world.untilAllArrived();
});

test("a backend that takes events and says nothing of them gets them again, and has each once", options, async (t) => {
  const world = await NatsWorld.start(t, program!);
  world.receiver!.isSilent = true;
  const [lock] = world.locks;
  lock!.log({ type: RecordType.doorOpened });
  await world.until("the event", () => world.store.lock(lock!.lockId)?.durableThrough(0) === lock!.seq);
  const { batches } = world.receiver!;
  // Well within the time in which the server swallows repeats.
  await world.until("the event again", () => world.receiver!.batches > batches);
  assert.equal(lock!.ackedThrough < lock!.seq, true);
  world.receiver!.isSilent = false;
  await world.until("the receipt", () => lock!.ackedThrough === lock!.seq);
  await world.untilAllArrived();
});

test("a stream that is full is said to be, and goes on when there is room", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { hasBackend: false });
  await world.run(world.admin.updateStream({ max_bytes: 20_000 }));
  const [lock] = world.locks;
  for (let i = 0; i < 100; i++) lock!.log({ type: RecordType.doorOpened });
  await world.until("the trouble", () => /refuses \(maximum bytes exceeded\)/.test(world.sentence));
  await world.run(world.admin.updateStream({ max_bytes: -1 }));
  await world.startBackend();
  await world.untilAllArrived();
});

test("a server that takes no large messages gets smaller batches", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { lines: ["max_payload: 4000"] });
  const [lock] = world.locks;
  for (let i = 0; i < 40; i++) lock!.log({ type: RecordType.doorOpened });
  await world.untilAllArrived();
});

test("alarms have a lane of their own, and come again in their order", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { hasBackend: false });
  const [lock] = world.locks;
  for (let i = 0; i < 200; i++) lock!.log({ type: RecordType.doorOpened });
  const seq = lock!.log({ type: RecordType.doorForced });
  await world.startBackend();
  await world.until("the alarm", () => world.backend.alarms.length > 0);
  assert.match(JSON.stringify(world.backend.alarms), new RegExp(`${lock!.lockId}-0-${seq}`));
  await world.untilAllArrived();
});

test(
  "what a backend has lost itself it gets again, and a log head over its own nonce when it asks",
  options,
  async (t) => {
    const world = await NatsWorld.start(t, program!);
    const [lock] = world.locks;
    for (let i = 0; i < 50; i++) lock!.log({ type: RecordType.doorOpened });
    await world.untilAllArrived();
    world.backend.loseAfter({ lockId: lock!.lockId, generation: 0, seq: 10 });
    const nonce = world.backend.wantHead(lock!.lockId);
    world.receiver!.tell(GATEWAY_ID, world.backend.pending([lock!.lockId]));
    await world.untilAllArrived();
    await world.until("the head", () =>
      world.store
        .lock(lock!.lockId)!
        .askedHeads()
        .some((head) => head.nonce === nonce),
    );
  },
);

test("what a single server can lose of what it has acknowledged is in the state of health", options, async (t) => {
  const world = await NatsWorld.start(t, program!);
  await world.untilAllArrived();
  await world.until("the warning", () => /The stream PORTVAKT has 1 of 3 replicas/.test(world.sentence));
  assert.equal(world.gateway.services.uplink.status().state, "delivering");
});

test("while no backend is there, the stream fills with a few copies for each lock and no more", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { hasBackend: false });
  const [lock] = world.locks;
  for (let i = 0; i < 30; i++) lock!.log({ type: RecordType.doorOpened });
  await world.until("the trouble", () => /refuses \(maximum messages per subject exceeded\)/.test(world.sentence));
  assert.equal((await world.run(world.admin.info())).state.messages, 4);
  await world.startBackend();
  await world.untilAllArrived();
});
