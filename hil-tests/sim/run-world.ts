import type { Suite } from "../../crypto/suite.ts";
import type { Coverage } from "./coverage.ts";
import { type Broken, IN_STEP } from "./judge.ts";
import type { Plan } from "./plan.ts";
import { World } from "./world.ts";

export interface RunResult {
  plan: Plan;
  /** 64 hex digits. */
  traceHash: string;
  happenings: number;
  lockHours: number;
  coverage: Coverage;
  invariants: readonly string[];
  broken: Broken | undefined;
}

export interface RunOptions {
  plan: Plan;
  suites: { gateway: Suite; firmware: Suite };
  folder: string;
  keep?: (line: string) => void;
}

const HOUR_MS = 3_600_000;
/** Invariants are looked at as things happen; the run stops within this time. */
const LOOK_EVERY_MS = HOUR_MS;
const HEALS_FOR_HOURS = 72;
const TIMERS_PER_LOCK_MAX = 40;
const DATABASE_BYTES_MAX = 256 * 1024 * 1024;

/** Runs a world to its end, mends everything, and sees whether all gets well; or to the first broken invariant. */
export async function runWorld({ plan, suites, folder, keep }: RunOptions): Promise<RunResult> {
  const world = new World({ plan, suites, folder, ...(keep && { keep }) });
  const crashed = (error: unknown) =>
    world.tell({
      kind: "crashed",
      where: "a gateway",
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  process.on("unhandledRejection", crashed);
  try {
    world.start();
    await goOn(world, plan.hours);
    world.heal();
    await getWell(world);
    return {
      plan,
      traceHash: world.trace.digest(),
      happenings: world.trace.happenings,
      lockHours: (plan.locks.length * world.clock.monotonicMs()) / HOUR_MS,
      coverage: world.coverage,
      invariants: world.judge.names,
      broken: world.judge.broken,
    };
  } finally {
    process.off("unhandledRejection", crashed);
    world.close();
  }
}

/** Until the time is over or something is broken. */
async function goOn(world: World, hours: number): Promise<void> {
  const untilMs = world.clock.monotonicMs() + hours * HOUR_MS;
  while (world.clock.monotonicMs() < untilMs && !world.judge.broken) {
    try {
      await world.clock.advanceAsync(LOOK_EVERY_MS);
    } catch (error) {
      world.tell({
        kind: "crashed",
        where: "a lock",
        why: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    measure(world);
  }
}

async function getWell(world: World): Promise<void> {
  let why: string | undefined;
  for (let hour = 0; hour < HEALS_FOR_HOURS && !world.judge.broken; hour++) {
    await goOn(world, 1);
    why = whatIsAmiss(world);
    if (why === undefined) return;
    if (hour % 12 === 11) world.callForHelp();
  }
  if (why !== undefined) world.judge.break(IN_STEP, why);
}

function whatIsAmiss(world: World): string | undefined {
  for (const lock of world.locks) {
    const site = world.sites[lock.plan.site]!;
    const gateway = site.process?.composed;
    if (lock.lock.failure !== undefined) return `lock ${lock.index} does not start: ${lock.lock.failure}`;
    if (!gateway) return `gateway ${site.index} does not run`;
    const status = gateway.services.sync.status(lock.lockId);
    if (status?.sentence !== "In step.")
      return `lock ${lock.index} is not in step: ${status?.sentence ?? "it is not paired"}`;
    const epoch = lock.lock.firmware?.inside.roster.epoch;
    const wanted = gateway.rosters.wantedEpoch(lock.lockId);
    if (epoch !== wanted) return `lock ${lock.index} goes by epoch ${epoch}, and ${wanted} is wanted`;
    if (!site.plan.hasUplink) continue;
    const missing = world.judge.events.missing(lock.index, site.backend.history(lock.lockId)?.generations() ?? []);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function measure(world: World): void {
  for (const { index, process, plan } of world.sites) {
    if (!process) continue;
    const where = `gateway ${index}`;
    const locks = world.plan.locks.length;
    const limit = TIMERS_PER_LOCK_MAX * (locks + 1);
    world.judge.see({ kind: "size", of: "timers", where, size: process.timers, limit }, world.clock.monotonicMs());
    const channels = { kind: "size", of: "channels", where, size: process.openChannels, limit: 4 * locks } as const;
    world.judge.see(channels, world.clock.monotonicMs());
    const size = process.database.sizeBytes();
    const database = { kind: "size", of: "database", where, size, limit: DATABASE_BYTES_MAX } as const;
    world.judge.see(database, world.clock.monotonicMs());
    void plan;
  }
}
