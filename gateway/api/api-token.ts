import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../protocol/random.ts";
import { StoreError } from "../store/store-error.ts";

const TOKEN_BYTES = 32;
const ANYBODY_ELSE = 0o077;

/** Where the token of a data directory is. */
export function apiTokenFile(dataDirectory: string): string {
  return join(dataDirectory, "api-token");
}

/** The bearer token of the API, made at the first start. Throws StoreError if the file is open to others. */
export function loadApiToken(path: string, random: Random): string {
  const known = readToken(path);
  // A power cut at the first start may have left the file empty.
  if (known) return known;
  const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url");
  const file = openSync(path, "w", 0o600);
  try {
    writeSync(file, `${token}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return token;
}

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
