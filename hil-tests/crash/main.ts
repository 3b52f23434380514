import { parseArgs } from "node:util";
import type { Random } from "../../protocol/random.ts";
import { systemClock } from "../../protocol/system-clock.ts";
import { systemRandom } from "../../protocol/system-random.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { crashRun } from "./crash-run.ts";

/**
 * `crash [--kills N] [--worlds N] [--seed N]`: kills gateways, and now and then their locks, at random moments, and checks
 * what is left. The seed chooses trials and moments; how far a program has come by then, the machine decides.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    worlds: { type: "string", default: "2" },
    seed: { type: "string" },
  },
});
const seed = Number(values.seed ?? freshSeed(systemRandom));
const [kills, worlds] = [Number(values.kills), Number(values.worlds)];
process.stdout.write(`seed ${seed}: ${kills} kills in ${worlds} worlds\n`);

const runs = Array.from({ length: worlds }, (_, world) => {
  const share = Math.floor((kills + world) / worlds);
  return crashRun(systemClock, new SeededRandom(seed + world), share, (line) =>
    process.stdout.write(`world ${world}: ${line}\n`),
  );
});
const good = await Promise.all(runs);
process.exitCode = good.every(Boolean) ? 0 : 1;

function freshSeed(random: Random): number {
  const [a, b, c, d] = random.bytes(4) as unknown as [number, number, number, number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
