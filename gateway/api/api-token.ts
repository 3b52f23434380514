import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { asStoreError, StoreError } from "../store/store-error.ts";
import { isTokenText, type Tokens } from "./tokens.ts";

const ANYBODY_ELSE = 0o077;

/** Where the first token of a data directory is. */
export function apiTokenFile(dataDirectory: string): string {
  return join(dataDirectory, "api-token");
}

/**
 * Sees to it that there is a token to begin with: an admin's, made at the first start and kept in a file for the owner
 * of the data directory, who can have a new one by removing the file. Throws StoreError if the file is open to others or can
 * not be written.
 */
export async function ensureApiToken(path: string, tokens: Tokens): Promise<void> {
  const text = readToken(path) ?? makeToken(path, tokens.newText());
  if (!isTokenText(text)) throw new StoreError("damaged", `${path} holds no token: remove it to get a new one`);
  // A power cut may have come between the file and the store.
  await tokens.adopt(text, { role: "admin", name: "first start" });
}

/** The file appears under its name complete and on the disk, or not at all: half a token would stop every later start. */
function makeToken(path: string, text: string): string {
  const unfinished = `${path}.new`;
  try {
    writeFileSync(unfinished, `${text}\n`, { mode: 0o600 });
    sync(unfinished);
    renameSync(unfinished, path);
    sync(dirname(path));
    return text;
  } catch (error) {
    throw asStoreError(error, path);
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Undefined if there is none: a power cut at the first start may have left the file empty. */
function readToken(path: string): string | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return undefined;
  if ((mode & ANYBODY_ELSE) !== 0) {
    throw new StoreError(
      "too-open",
      `${path} is open to others: run chmod 600 ${path}, or remove it to get a new token`,
    );
  }
  return readFileSync(path, "utf8").trim() || undefined;
}
