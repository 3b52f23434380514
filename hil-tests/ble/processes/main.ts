import assert from "node:assert/strict";
import { systemClock } from "../../../protocol/system-clock.ts";
import { until } from "../../rig-tools/until.ts";
import { World } from "./world.ts";

const FETCHED_WITHIN_MS = 10_000;

/** Prints a line for each step that went well. */
const world = await World.start(systemClock);
try {
  await pair();
  await unlock("opened");
  await fetched("events are in");

  await world.lock.program.kill();
  await world.startLock();
  await fetched("the lock was killed, its boot is known");
  await unlock("opened again");

  await world.gateway.program.kill();
  await world.startGateway();
  await unlock("the gateway was killed, and opens again");
  await fetched("all is in step");

  await world.gateway.program.stop();
  say(`the gateway ended with ${await world.gateway.program.ended}`);
} finally {
  await world.stop();
}

async function pair(): Promise<void> {
  await world.lock.rig.post("/v1/pairing-button");
  const { id } = await world.gateway.startPairing(world.lock.label, "ble");
  const { state, error } = await world.gateway.endOfPairing(id);
  assert.equal(state, "done", error);
  say("paired");
}

async function unlock(what: string): Promise<void> {
  await world.gateway.api.post(`/v1/locks/${world.lock.lockId}/actions`, { action: "unlock" });
  const { bolt } = await world.lock.state();
  assert.equal(bolt.position, "drawn");
  say(what);
}

/** Waits until the gateway has every record that the lock has. */
function fetched(what: string): Promise<void> {
  return until(
    systemClock,
    FETCHED_WITHIN_MS,
    () => what,
    async () => {
      const [{ log }, view] = await Promise.all([world.lock.state(), world.gateway.lock(world.lock.lockId)]);
      return view?.log.seq === log.seq ? say(what) : undefined;
    },
  ).then(() => {});
}

function say(what: string): true {
  process.stdout.write(`${what}\n`);
  return true;
}
