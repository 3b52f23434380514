import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../../protocol/system-clock.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { EmulatedLock } from "../../rig-tools/emulated-lock.ts";
import { answerOf } from "../../rig-tools/json-api.ts";
import { ProgramGroup } from "../../rig-tools/program-group.ts";
import { fastFolder } from "../fast-folder.ts";
import { type Fault, faultText } from "../fault.ts";
import { DiskModel } from "../images/disk-model.ts";
import { type DiskChange, readWriteLog } from "../images/write-log.ts";
import { buildLibrary, NO_COMPILER } from "../library.ts";
import { type Booted, bootImage } from "./boot-image.ts";

const HANDLINGS = ["/v1/thumb-turn", "/v1/pairing-button", "/v1/tamper", "/v1/thumb-turn", "/v1/factory-reset"];
const ANNOUNCED = /^\{"lockId":/;
const ONE_SENTENCE = /^lock-sim: [^\n]+$/;

/**
 * `crash:lock [--first N] [--every N]`: an emulated lock as a process whose Nth write fails must end with a sentence and go on at the
 * next start; and one that is killed at any of its writes, or in the middle, must boot with all that it had recorded.
 */
const { values } = parseArgs({
  options: { first: { type: "string", default: "1" }, every: { type: "string", default: "1" } },
});
const folder = fastFolder("lock");
const programs = new ProgramGroup(systemClock, (name) => join(folder, `${name}.log`));
const library = buildLibrary(folder);
if (library === undefined) {
  process.stdout.write(`${NO_COMPILER}\n`);
} else {
  try {
    const changes = await recordDay(library);
    process.stdout.write(
      `a lock that is killed at ${bootEverywhere(changes)} places in its writes boots and forgets nothing\n`,
    );
    let failures = 0;
    for (let nth = Number(values.first); nth <= changes.length; nth += Number(values.every)) {
      for (const kind of ["ENOSPC", "EIO"] as const) {
        await failAt(library, { kind, nth, lasts: "on" });
        failures++;
      }
    }
    process.stdout.write(`a lock whose disk fails at ${failures} places says so, and goes on at its next start\n`);
  } finally {
    await programs.stop();
    rmSync(folder, { recursive: true });
  }
}

function start(data: string, environment?: Record<string, string>): Promise<EmulatedLock> {
  return EmulatedLock.start(programs, "lock", data, ["--tcp", "127.0.0.1:0"], environment && { environment });
}

/** Handles the lock, which may end in the middle. `seq` is that of the newest record that it told of. */
async function handle(lock: EmulatedLock): Promise<{ seq: number; isUp: boolean }> {
  let seq = 0;
  for (const path of HANDLINGS) {
    await answerOf(lock.rig.post(path));
    const state = await answerOf(lock.state());
    if (!state) return { seq, isUp: false };
    seq = state.log.seq;
  }
  return { seq, isUp: true };
}

async function recordDay(preload: string): Promise<DiskChange[]> {
  const [data, log] = [join(folder, "day"), join(folder, "day.log")];
  mkdirSync(data);
  const lock = await start(data, { LD_PRELOAD: preload, DISK_FOLDER: data, DISK_LOG: log });
  await handle(lock);
  await lock.program.kill();
  return readWriteLog(log);
}

/** Boots what a kill after each change, and in the middle of each write, has left. Returns how many places that were. */
function bootEverywhere(changes: DiskChange[]): number {
  const random = new SeededRandom(1);
  const image = join(folder, "image");
  let places = 0;
  let before: Booted | undefined;
  for (let count = 0; count <= changes.length; count++) {
    const whole = changes.slice(0, count);
    const next = changes[count];
    for (const left of next?.kind === "write" ? [whole, [...whole, halfOf(next)]] : [whole]) {
      const booted = bootImage(image, filesAfter(left, random), random);
      if (before && hasRecords(before)) assertGoesOn(before, booted, count);
      before = booted;
      places++;
    }
  }
  return places;
}

/** Before its identity was whole, a lock has none, draws another at each boot, and has that boot alone in its log. */
function hasRecords({ generation, seq }: Booted): boolean {
  return generation > 0 || seq > 1;
}

function assertGoesOn(before: Booted, after: Booted, count: number): void {
  const what = `after change ${count}`;
  assert.equal(after.lockId, before.lockId, what);
  assert(after.generation >= before.generation, what);
  const isSame = after.generation === before.generation;
  assert(!isSame || after.seq >= before.seq, `${what}: ${after.seq} records, ${before.seq} before`);
}

function halfOf(change: DiskChange & { kind: "write" }): DiskChange {
  return { ...change, bytes: change.bytes.subarray(0, Math.floor(change.bytes.length / 2)) };
}

/** Whoever kills a process takes nothing from the disk: every change is as good as synced. */
function filesAfter(changes: DiskChange[], random: SeededRandom): Map<string, Uint8Array> {
  const disk = new DiskModel();
  for (const change of changes) {
    disk.apply(change);
    disk.apply({ kind: "sync", path: change.kind === "write" || change.kind === "truncate" ? change.path : "" });
  }
  return disk.afterPowerCut(random);
}

async function failAt(preload: string, fault: Fault): Promise<void> {
  const data = join(folder, `${fault.kind}-${fault.nth}`);
  mkdirSync(data);
  const environment = { LD_PRELOAD: preload, DISK_FOLDER: data, DISK_FAULT: faultText(fault) };
  const failing = await start(data, environment).catch(() => undefined);
  const { seq, isUp } = failing ? await handle(failing) : { seq: 0, isUp: false };
  await failing?.program.kill();
  if (failing && !isUp) {
    const said = failing.program.newestLines(10).filter((line) => !ANNOUNCED.test(line));
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0]!, ONE_SENTENCE);
  }
  const mended = await start(data);
  const state = await mended.state();
  assert(state.log.seq > seq || state.generation > 0, `it had ${seq} records and has ${state.log.seq}`);
  await mended.program.kill();
}
