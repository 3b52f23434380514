import { faultsNeverHit, pairsNeverHit } from "./coverage.ts";
import type { RunResult } from "./run-world.ts";

/** What a run was and how it ended, for people. `seconds` of wall time. */
export function reportOf(result: RunResult, seconds: number): string {
  const { plan, lockHours, coverage, invariants, broken, traceHash, happenings } = result;
  const lines = [
    `seed ${plan.seed}: ${plan.locks.length} locks at ${plan.sites.length} gateways, ${plan.hours} hours`,
    `lock-hours: ${Math.round(lockHours)} in ${seconds.toFixed(1)} s, ${Math.round(lockHours / seconds)} a second`,
    `happenings: ${happenings}, trace ${traceHash}`,
    `faults: ${Object.entries(coverage.faults)
      .map(([fault, times]) => `${fault} ${times}`)
      .join(", ")}`,
    `faults that never struck: ${faultsNeverHit(coverage).join(", ") || "none"}`,
    `pairs of fault and state that were never hit: ${pairsNeverHit(coverage).reduce((sum, { states }) => sum + states.length, 0)}`,
  ];
  if (!broken) return [...lines, `held: ${invariants.length} invariants`].join("\n");
  return [
    ...lines,
    "",
    ...broken.last.map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line)),
    "",
    `BROKEN after ${(broken.atMs / 3_600_000).toFixed(3)} hours: ${broken.invariant}`,
    broken.sentence,
    `again: npm run sim -- --seed ${plan.seed} --hours ${plan.hours} --locks ${plan.locks.length}`,
  ].join("\n");
}
