import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Database } from "../store/database.ts";
import { StoreError } from "../store/store-error.ts";
import { attention, type Check, good, wrong } from "./check.ts";

const ANYBODY_ELSE = 0o077;
const KEY_FILES = ["issuer.key", "operator.key"];
const MEBIBYTE = 2 ** 20;
const FREE_MIB_MIN = 50;
const FREE_MIB_ENOUGH = 500;
const RUN_ONCE = "Start portvakt once: portvakt run";

/** Whether the data directory is there, and its owner's alone. */
export function checkDirectory(path: string): Check {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return attention("data", `${path} is not there: portvakt has not run yet.`, RUN_ONCE);
  if (!found.isDirectory()) return wrong("data", `${path} is no directory.`, "Name another in the configuration.");
  const open = [path, ...readdirSync(path).map((name) => join(path, name))].filter(isOpenToOthers);
  if (open.length === 0) return good("data", `${path} and what it holds are its owner's alone.`);
  return wrong("data", `Others may read ${open.join(", ")}.`, `Run: chmod go-rwx ${open.join(" ")}`);
}

function isOpenToOthers(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & ANYBODY_ELSE) !== 0;
}

/** Whether the private keys can be read and are keys. */
export function checkKeys(directory: string): Check {
  const bad = KEY_FILES.filter((name) => !/^[0-9a-f]{64}\s*$/.test(textOf(join(directory, name))));
  if (bad.length === 0) return good("keys", `${KEY_FILES.join(" and ")} are there.`);
  return wrong(
    "keys",
    `${bad.join(" and ")} can not be read, or holds no key.`,
    "Put the right file back from a backup: with a new key every lock has to be paired again.",
  );
}

/** Whether a gateway whose issuer is elsewhere holds no key all the same. */
export function checkNoKeys(directory: string): Check {
  const found = KEY_FILES.filter((name) => existsSync(join(directory, name)));
  if (found.length === 0) return good("keys", "The issuer is elsewhere, and no key of its lies here.");
  return wrong(
    "keys",
    `${found.join(" and ")} should not be here: the issuer is elsewhere.`,
    "Move them to the issuer.",
  );
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Whatever keeps us from reading it keeps the daemon as well.
    return "";
  }
}

export function checkRoom(path: string, freeBytes: number): Check {
  const free = Math.floor(freeBytes / MEBIBYTE);
  const sentence = `${free} MiB are free for ${path}.`;
  if (free >= FREE_MIB_ENOUGH) return good("disk", sentence);
  const todo = "Make room, or move the data directory to a larger disk.";
  return free >= FREE_MIB_MIN ? attention("disk", sentence, todo) : wrong("disk", sentence, todo);
}

export function checkDatabase(path: string): Check {
  try {
    const mistakes = Database.quickCheck(path);
    if (mistakes.length === 0) return good("database", `${path} is whole.`);
    return wrong("database", `${path} is damaged: ${mistakes[0]}.`, "Restore it from a backup.");
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === "in-use") {
      return good("database", `${path} is in use by the daemon; stop that to have every page checked.`);
    }
    return wrong("database", `${error.message}.`, "Restore it from a backup.");
  }
}
