import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type MutatedScript, mutateScript } from "./mutant.ts";
import { findSites } from "./sites.ts";
import { parseScripts } from "./syntax.ts";

/** What is tried, by its name at the command line: a folder of dist/. */
export const PARTS = { protocol: "protocol", firmware: "lock-sim/firmware" } as const;

export type Part = keyof typeof PARTS;

/** The compiled files of the folders that are no test's, and their mutants, always in the same order. */
export function listMutants(dist: string, folders: readonly string[]): MutatedScript[] {
  const scripts = folders.flatMap((folder) => scriptsIn(dist, folder)).filter((script) => !isTestOnly(script));
  const trees = parseScripts(scripts.map((script) => join(dist, script)));
  let id = 1;
  return trees.map((tree, n) => {
    const map = JSON.parse(readFileSync(join(dist, `${scripts[n]}.map`), "utf8"));
    const mutated = mutateScript(scripts[n]!, tree, findSites(tree), map, id);
    id += mutated.mutants.length;
    return mutated;
  });
}

/** Paths from dist/, sorted. */
export function scriptsIn(dist: string, folder: string): string[] {
  return readdirSync(join(dist, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js"))
    .map((path) => `${folder}/${path}`)
    .toSorted();
}

function isTestOnly(script: string): boolean {
  return script.endsWith(".test.js") || script.includes("/testing/");
}
