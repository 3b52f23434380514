import type { Clock } from "../../protocol/clock.ts";
import type { AirServer } from "../rig-tools/air-server.ts";
import type { EmulatedLock } from "../rig-tools/emulated-lock.ts";
import type { Gateway } from "../rig-tools/gateway.ts";
import { portvakt } from "../rig-tools/portvakt.ts";
import type { Program } from "../rig-tools/program.ts";
import { until } from "../rig-tools/until.ts";
import { Fleet, keysAtGateway } from "./fleet.ts";
import type { StairwellFolder } from "./folder.ts";
import type { Progress } from "./progress.ts";
import type { Backend, Door, Issuing, Stairwell } from "./stairwell.ts";

const SYNC_MS = 30_000;
const DELIVERY_MS = 20_000;

/** What the event receiver says of a lock, as far as it is looked at here. */
interface HistoryView {
  generations: { signedThrough: number; newestRecords: { seq: number; type: string }[] }[];
}

/** What is up when the tour is over. */
export interface Sights {
  gateway: Gateway;
  backend: Backend;
  doors: Door[];
  /** Of the resident whose key is at the backend, if rights are made there. */
  grantId?: string;
}

/** Brings the stairwell up and shows, step by step, that all of it works. Throws StepFailed. */
export async function tour(
  clock: Clock,
  progress: Progress,
  folder: StairwellFolder,
  stairwell: Stairwell,
  issuing: Issuing,
): Promise<Sights> {
  let backend!: Backend;
  let air!: AirServer;
  let doors!: Door[];
  let gateway!: Gateway;
  let issuerKey: string | undefined;
  const step = (title: string, work: () => Promise<string>, concerned?: Program) =>
    progress.step(title, () => Promise.race([work(), stairwell.programs.failure]), concerned);

  await step("the event receiver starts", async () => {
    backend = await stairwell.startBackend(issuing);
    if (issuing === "gateway") return `the event receiver listens on ${backend.url}`;
    ({ publicKey: issuerKey } = await backend.api.get<{ publicKey: string }>("/v1/issuer"));
    return `the backend listens on ${backend.url}, and has the issuer's key`;
  });
  await step("four locks start", async () => {
    air = await stairwell.startAir();
    doors = await stairwell.startDoors(air);
    for (const { lock } of doors) {
      const { sigPk } = await lock.state();
      await backend.api.put(`/v1/locks/${lock.lockId}`, { sigPk });
    }
    return "four locks are up, two on the virtual radio, two on serial lines";
  });
  await step("the gateway starts", async () => {
    gateway = await stairwell.startGateway(backend, air, doors, issuerKey);
    const keys = issuing === "backend" ? keysAtGateway(folder) : [];
    if (keys.length > 0) throw new Error(`the gateway of a fleet has ${keys.join(" and ")}`);
    return `the gateway runs${issuing === "backend" ? " without keys" : ""}, its API on ${gateway.url}`;
  });
  for (const door of doors) {
    await step(`${door.name} is being paired`, () => pair(gateway, door), gateway.program);
  }
  await step(
    "the locks get their rosters",
    async () => {
      for (const { lock } of doors) await untilInStep(clock, gateway, lock);
      return "every lock holds the roster that the issuer signed for it";
    },
    gateway.program,
  );

  const { name, lock } = doors[0]!;
  const fleet = issuing === "backend" ? new Fleet(clock, backend, gateway) : undefined;
  let grantId: string | undefined;
  if (fleet) {
    await step(
      "a resident gets a grant",
      async () => {
        grantId = await fleet.grant(
          "Resident",
          doors.map((door) => door.lock),
        );
        return "a resident, whose key is at the backend, got a grant at every lock";
      },
      gateway.program,
    );
  }
  let seq = 0;
  await step(
    `${name} is being unlocked`,
    async () => {
      seq = fleet ? await fleet.unlock(grantId!, lock) : await unlock(folder, lock);
      await expectDrawn(lock);
      return `${name} was unlocked ${fleet ? "by the resident's" : "over the radio by a signed"} order: bolt drawn`;
    },
    gateway.program,
  );
  await step(
    "its event is on the way to the receiver",
    async () => {
      const signed = await untilSigned(clock, backend, lock, seq);
      return `its event is at the receiver: chain good, head signed at record ${signed}`;
    },
    backend.program,
  );
  await step(
    "the receipt is on the way to the lock",
    async () => {
      const through = await untilReceipted(clock, lock, seq);
      return `the receipt is back at the lock: records up to ${through} may go`;
    },
    gateway.program,
  );
  if (fleet) {
    await step(
      "a visitor's grant is being revoked",
      async () => {
        const visitor = await fleet.grant("Visitor", [lock]);
        await fleet.revoke(visitor, lock);
        const refusal = await fleet.refusal(visitor, lock);
        if (!refusal?.includes("unknown grant")) throw new Error(`the lock says: ${refusal ?? "it opens"}`);
        return `a visitor's grant was revoked: ${name} refuses that order`;
      },
      gateway.program,
    );
  }
  return { gateway, backend, doors, ...(grantId !== undefined && { grantId }) };
}

async function pair(gateway: Gateway, { name, lock, way }: Door): Promise<string> {
  if (await gateway.lock(lock.lockId)) return `${name} was paired before`;
  await lock.rig.post("/v1/pairing-button");
  const { id } = await gateway.startPairing(lock.label, way.kind === "serial" ? `serial:${way.path}` : "ble");
  const { state, error } = await gateway.endOfPairing(id);
  if (state === "failed") throw new Error(error);
  return `${name} is paired over ${way.kind === "serial" ? "its line" : "the radio"}: label typed, button pressed`;
}

async function untilInStep(clock: Clock, gateway: Gateway, { lockId }: EmulatedLock): Promise<void> {
  await until(
    clock,
    SYNC_MS,
    () => "being in step",
    async () => {
      const view = await gateway.lock(lockId);
      return view?.sync.state === "in-step" && view.reported?.epoch === view.wantedEpoch ? true : undefined;
    },
  );
}

/** By the command line, as a person would. Returns the seq of the lock's DONE. */
async function unlock(folder: StairwellFolder, lock: EmulatedLock): Promise<number> {
  const command = ["unlock", lock.lockId, "--config", folder.configFile, "--json"];
  const { exitCode, stdout, stderr } = await portvakt(...command);
  if (exitCode !== 0) throw new Error(`portvakt unlock: ${stderr.trim()} (exit code ${exitCode})`);
  return (JSON.parse(stdout) as { seq: number }).seq;
}

async function expectDrawn(lock: EmulatedLock): Promise<void> {
  const { bolt } = await lock.state();
  if (bolt.position !== "drawn") throw new Error(`the gateway says that it was done, but the bolt is ${bolt.position}`);
}

/** The unlocking is recorded before the DONE that `seq` names, so a head over that one covers both. */
function untilSigned(clock: Clock, backend: Backend, { lockId }: EmulatedLock, seq: number): Promise<number> {
  return until(
    clock,
    DELIVERY_MS,
    () => "a signed head over the event",
    async () => {
      const { generations } = await backend.api.get<HistoryView>(`/v1/locks/${lockId}`);
      const newest = generations.at(-1);
      const hasEvent = newest?.newestRecords.some((record) => record.type === "unlocked" && record.seq < seq);
      return hasEvent && newest!.signedThrough >= seq ? newest!.signedThrough : undefined;
    },
  );
}

function untilReceipted(clock: Clock, lock: EmulatedLock, seq: number): Promise<number> {
  return until(
    clock,
    DELIVERY_MS,
    () => "the receipt",
    async () => {
      const { log } = await lock.state();
      return log.receiptedThrough >= seq ? log.receiptedThrough : undefined;
    },
  );
}
