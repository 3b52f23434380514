import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { findNatsServer, type NatsServer } from "./nats-server.ts";
import { NatsWorld } from "./testing/nats-world.ts";

// A cluster needs seconds for each new leader: too long for every `npm test`.
const program = process.env.UPLINKS === "all" ? findNatsServer() : undefined;
const why = process.env.UPLINKS === "all" ? "nats-server not found" : "npm run test:uplinks runs it";
const options = program === undefined ? { skip: `skipped: ${why}` } : { timeout: 100_000 };
const CLUSTER = { servers: 3, locks: 3 };

function happen(world: NatsWorld, count: number): void {
  for (let i = 0; i < count; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorOpened });
}

async function leaderOf(world: NatsWorld): Promise<NatsServer> {
  const { cluster } = await world.run(world.admin.info());
  const leader = world.servers.find(({ name }) => name === cluster?.leader);
  assert(leader, "the stream has no leader");
  return leader;
}

async function untilUnderWay(world: NatsWorld): Promise<void> {
  const { batches } = world.receiver!;
  await world.until("a batch", () => world.receiver!.batches > batches);
}

test("the leader of a replicated stream, killed with -9 in the middle, takes nothing with it", options, async (t) => {
  const world = await NatsWorld.start(t, program!, CLUSTER);
  const leader = await leaderOf(world);
  happen(world, 100);
  await untilUnderWay(world);
  await leader.kill();
  happen(world, 20);
  await world.untilAllArrived();
  await leader.restart();
  happen(world, 20);
  await world.untilAllArrived();
});

test("all servers of a cluster, killed with -9 at once in the middle, lose nothing for good", options, async (t) => {
  const world = await NatsWorld.start(t, program!, CLUSTER);
  happen(world, 100);
  await untilUnderWay(world);
  await Promise.all(world.servers.map((server) => server.kill()));
  happen(world, 20);
  await world.until("the trouble", () => /can not be reached/.test(world.sentence));
  await Promise.all(world.servers.map((server) => server.restart()));
  await world.untilAllArrived();
});

test("a leader that the others do not hear any more is left behind, and comes back", options, async (t) => {
  const world = await NatsWorld.start(t, program!, CLUSTER);
  const leader = await leaderOf(world);
  happen(world, 100);
  await untilUnderWay(world);
  leader.freeze();
  happen(world, 20);
  await world.untilAllArrived();
  leader.thaw();
  happen(world, 20);
  await world.untilAllArrived();
});

test("a server with no room left takes nothing, and all comes when it has room", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { hasBackend: false, storeMax: "10KB" });
  const [lock] = world.locks;
  for (let i = 0; i < 200; i++) lock!.log({ type: RecordType.doorOpened });
  await world.until("the trouble", () => /refuses \(insufficient/.test(world.sentence));
  await world.run(world.admin.deleteStream());
  // What is taken makes room.
  await world.addStream();
  await world.startBackend();
  await world.untilAllArrived();
});
