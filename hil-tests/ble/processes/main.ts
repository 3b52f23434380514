import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { systemClock } from "../../../protocol/system-clock.ts";
import { until } from "../../rig-tools/until.ts";
import { World } from "./world.ts";

/** On a real radio, where connecting takes a second or two, and several tries now and then. */
const FETCHED_WITHIN_MS = 30_000;

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

  const atTheDoor = await preparePhone();
  await world.gateway.program.stop();
  say(`the gateway ended with ${await world.gateway.program.ended}`);

  await phone("a phone opens the lock that no gateway reaches now", "unlock", ...atTheDoor);
  await phone("a courier takes its events out", "courier", ...atTheDoor);
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

/** A key of its owner's, a grant for that, and what the phone has to be told. */
async function preparePhone(): Promise<string[]> {
  const key = world.file("phone.key");
  const { stdout } = await world.phone("key", key);
  const { document } = await world.gateway.api.post<{ document: string }>("/v1/grants", {
    locks: [world.lock.lockId],
    with: [{ kind: "key", publicKey: stdout.trim() }],
    rights: ["unlock", "courier", "essential"],
  });
  await fetched("the lock has its roster");
  const grant = world.file("phone.grant");
  writeFileSync(grant, document);
  const { sigPk } = await world.lock.state();
  return ["--via", "ble", "--lock", world.lock.lockId, "--lock-key", sigPk, "--grant", grant, "--key", key];
}

async function phone(what: string, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await world.phone(...args);
  assert.equal(exitCode, 0, stderr);
  say(what);
}

async function unlock(what: string): Promise<void> {
  await world.gateway.api.post(`/v1/locks/${world.lock.lockId}/actions`, { action: "unlock" });
  const { bolt } = await world.lock.state();
  assert.equal(bolt.position, "drawn");
  say(what);
}

/** Waits until the gateway has every record that the lock has, and the lock the roster that the gateway wants. */
function fetched(what: string): Promise<void> {
  return until(
    systemClock,
    FETCHED_WITHIN_MS,
    () => what,
    async () => {
      const [{ log }, view] = await Promise.all([world.lock.state(), world.gateway.lock(world.lock.lockId)]);
      const isInStep = view?.log.seq === log.seq && view.reported?.epoch === view.wantedEpoch;
      return isInStep ? say(what) : undefined;
    },
  ).then(() => {});
}

function say(what: string): true {
  process.stdout.write(`${what}\n`);
  return true;
}
