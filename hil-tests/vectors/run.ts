import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCavp } from "./cavp.ts";
import { readCbor } from "./cbor.ts";
import { readCose } from "./cose.ts";
import { readDesfire } from "./desfire.ts";
import { type FileReport, runFile } from "./report.ts";
import { readRfc3610 } from "./rfc3610.ts";
import type { Vector, VectorReader } from "./vector.ts";
import { readWycheproof } from "./wycheproof.ts";

const READERS: Readonly<Record<string, VectorReader>> = {
  cbor: readCbor,
  cose: readCose,
  "desfire-ev2": readDesfire,
  "nist-cavp-ccm": readCavp,
  "rfc3610-rfc4493": readRfc3610,
  wycheproof: readWycheproof,
};

const UNKNOWN: Vector = { kind: "skip", name: "file", why: "no vectors known here" };

/** Runs all that stands in `directory`: a report for each file, and one for each known folder that has nothing to run. */
export function runVectors(directory: string): FileReport[] {
  return [
    ...Object.entries(READERS).flatMap(([folder, read]) => runFolder(directory, folder, read)),
    ...others(directory),
  ];
}

function runFolder(directory: string, folder: string, read: VectorReader): FileReport[] {
  const reports = filesBelow(join(directory, folder)).map((file) => {
    const path = `${folder}/${file}`;
    try {
      return runFile(path, read(file, readFileSync(join(directory, path), "utf8")) ?? [UNKNOWN]);
    } catch (error) {
      return broken(path, `can not be read: ${error instanceof Error ? error.message : error}`);
    }
  });
  // A folder that silently went missing would look like success.
  const hasRun = reports.some(({ passed, failures }) => passed + failures.length > 0);
  return hasRun ? reports : [...reports, broken(folder, "has no vectors that could be run")];
}

/** What lies beside the known folders: named, not looked into. */
function others(directory: string): FileReport[] {
  return readdirSync(directory)
    .filter((name) => !Object.hasOwn(READERS, name))
    .sort()
    .map((name) => runFile(name, [UNKNOWN]));
}

function broken(path: string, failure: string): FileReport {
  return { path, passed: 0, failures: [failure], skipped: new Map() };
}

/** Paths of all files below a folder, sorted; none if there is no such folder. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
