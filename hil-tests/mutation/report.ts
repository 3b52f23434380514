import { posix } from "node:path";
import { describeChange, type Mutant } from "./mutant.ts";
import type { Tried } from "./verdict.ts";

const CHANGE_CHARACTERS_MAX = 120;

/** `protocol/wire/cobs.ts:18: byte !== 0 → true`, cut where it is long. */
export function describeMutant(mutant: Mutant): string {
  const change = describeChange(mutant);
  const shown = change.length > CHANGE_CHARACTERS_MAX ? `${change.slice(0, CHANGE_CHARACTERS_MAX)}…` : change;
  return `${mutant.file}:${mutant.line}: ${shown}`;
}

/** How many were killed, folder by folder and in all. */
export function scoreTable(tried: readonly Tried[]): string {
  const folders = [...new Set(tried.map(folderOf))];
  const scores = folders.map((folder) =>
    scoreLine(
      folder,
      tried.filter((one) => folderOf(one) === folder),
    ),
  );
  return ["", ...scores, scoreLine("all", tried), ""].join("\n");
}

function folderOf({ mutant }: Tried): string {
  return posix.dirname(mutant.file);
}

function scoreLine(name: string, tried: readonly Tried[]): string {
  const killed = tried.filter(({ verdict }) => verdict === "killed").length;
  const percent = tried.length === 0 ? "–" : `${((100 * killed) / tried.length).toFixed(1)} %`;
  return `${name.padEnd(28)} ${percent.padStart(8)}   ${killed} of ${tried.length} killed`;
}
