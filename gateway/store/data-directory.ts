import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { asStoreError, StoreError } from "./store-error.ts";

const OWNER_ONLY = 0o700;
const ANYBODY_ELSE = 0o077;

/** Makes the directory with mode 0700, or checks one that is there. Throws StoreError with a sentence for people. */
export function openDataDirectory(path: string): void {
  try {
    // Where nothing can be made, as below /proc, a recursive mkdir of Node.js may try for ever.
    mkdirSync(path, { recursive: existsSync(path) || !existsSync(dirname(path)), mode: OWNER_ONLY });
    const { mode } = statSync(path);
    if ((mode & ANYBODY_ELSE) !== 0) {
      const octal = (mode & 0o777).toString(8);
      throw new StoreError("too-open", `${path} is open to others (mode ${octal}): run chmod 700 ${path}`);
    }
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw asStoreError(error, path);
  }
}
