import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSource } from "../layering/source-file.ts";
import type { Patch } from "../patched-build/patched-build.ts";
import { scriptsIn } from "./list-mutants.ts";

/** The module that a runner takes them from. */
const COLLECTOR = new URL("./collected-tests.js", import.meta.url).href;

/** The compiled tests of the folders; paths from dist/, sorted. */
export function testFilesIn(dist: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => scriptsIn(dist, folder)).filter((script) => script.endsWith(".test.js"));
}

/** Makes a test file hand its tests to the collector instead of running them. */
export function collecting(testFile: string): Patch {
  return { file: testFile, find: 'from "node:test"', replace: `from "${COLLECTOR}"` };
}

/** For each test file, the scripts that are loaded with it, by its imports and theirs. */
export function loadedWith(dist: string, testFiles: readonly string[]): Map<string, Set<string>> {
  const imports = new Map<string, string[]>();
  const importsOf = (script: string): string[] => {
    const known = imports.get(script);
    if (known) return known;
    const source = readSource(script, readFileSync(join(dist, script), "utf8"));
    const found = source.imports.flatMap((target) => (target.kind === "file" ? [target.path] : []));
    imports.set(script, found);
    return found;
  };
  const load = (script: string, loaded: Set<string>) => {
    for (const next of importsOf(script)) {
      if (loaded.has(next)) continue;
      loaded.add(next);
      load(next, loaded);
    }
    return loaded;
  };
  return new Map(testFiles.map((file) => [file, load(file, new Set())]));
}
