import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";

const FOLDER = join(dirname(fileURLToPath(import.meta.resolve("#package"))), "hil-tests", "fuzz", "corpus");
const FINDS_FOLDER = join(FOLDER, "finds");

// One input in hexadecimal on each line.

/** The inputs that are kept of a target because each adds coverage. */
export function readCorpus(target: string): Uint8Array[] {
  return readInputs(pathIn(FOLDER, target));
}

/** Takes the place of what was kept. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(pathIn(FOLDER, target), inputs.map(lineOf).join(""));
}

/** The inputs that once were finds: they are kept for ever, whatever they cover. */
export function readFinds(target: string): Uint8Array[] {
  return readInputs(pathIn(FINDS_FOLDER, target));
}

export function addFind(target: string, input: Uint8Array): void {
  mkdirSync(FINDS_FOLDER, { recursive: true });
  appendFileSync(pathIn(FINDS_FOLDER, target), lineOf(input));
}

function readInputs(path: string): Uint8Array[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map(fromHex);
}

function pathIn(folder: string, target: string): string {
  return join(folder, `${target}.txt`);
}

function lineOf(input: Uint8Array): string {
  return `${toHex(input)}\n`;
}
