import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";

const FOLDER = join(dirname(fileURLToPath(import.meta.resolve("#package"))), "hil-tests", "fuzz", "corpus");

/** The inputs that are kept of a target, one in hexadecimal on each line: each adds coverage, or was a find. */
export function readCorpus(target: string): Uint8Array[] {
  const path = pathOf(target);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => /^[0-9a-f]+$/.test(line))
    .map(fromHex);
}

export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(pathOf(target), inputs.map((input) => `${toHex(input)}\n`).join(""));
}

function pathOf(target: string): string {
  return join(FOLDER, `${target}.txt`);
}
