import type { Bug } from "./bug.ts";
import type { Find } from "./find.ts";

/** One row of the table: bug, invariant, seed, hours. */
export function line({ name, seedsMax }: Bug, find: Find | undefined): string {
  if (!find) return `| ${name} | NOT FOUND | of ${seedsMax} | |`;
  const { invariant, seed, hours } = find;
  return `| ${name} | ${invariant} | ${seed} of ${seedsMax} | ${hours.toFixed(1)} |`;
}
