import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Random } from "../../protocol/random.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";

const OWNER_ONLY = 0o600;
const ANYBODY_ELSE = 0o077;

/** A key file that must not be used as it is; the message is one sentence that says what to do. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

/**
 * The P-256 private key in the file at `path`: one line of 64 hexadecimal digits. A file that is not there is made with a
 * fresh key and mode 0600; one that is there is never written. Throws KeyFileError.
 */
export function loadKeyFile(path: string, suite: Suite, random: Random): Secret {
  const there = readKeyFile(path, suite);
  if (there) return there;
  try {
    makeKeyFile(path, suite, random);
    return parseKeyFile(path, suite);
  } catch (error) {
    throw describe(error, path);
  }
}

/** The private key in the file at `path`; undefined if there is no such file. Throws KeyFileError. */
export function readKeyFile(path: string, suite: Suite): Secret | undefined {
  try {
    return parseKeyFile(path, suite);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw describe(error, path);
  }
}

/**
 * Puts the file at `next` in the place of the one at `path`, in one step, and overwrites what stood there: as well as a file
 * system lets anybody. Throws KeyFileError.
 */
export function replaceKeyFile(path: string, next: string): void {
  try {
    const former = openSync(path, "r+");
    try {
      renameSync(next, path);
      syncDirectory(dirname(path));
      const { size } = statSync(path);
      writeSync(former, new Uint8Array(size), 0, size, 0);
      fsyncSync(former);
      ftruncateSync(former);
    } finally {
      closeSync(former);
    }
  } catch (error) {
    throw describe(error, path);
  }
}

function parseKeyFile(path: string, suite: Suite): Secret {
  const mode = statSync(path).mode & 0o777;
  if ((mode & ANYBODY_ELSE) !== 0) {
    throw new KeyFileError(`${path} is open to others (mode ${mode.toString(8)}): run chmod 600 ${path}`);
  }
  const text = readFileSync(path, "utf8").trimEnd();
  const bytes = /^[0-9a-f]{64}$/.test(text) ? fromHex(text) : undefined;
  if (!bytes || !suite.isP256PrivateKey(bytes)) {
    throw new KeyFileError(`${path} holds no private key (64 hexadecimal digits): put the right file back`);
  }
  return new Secret(bytes);
}

/** The file appears under its name complete and on the disk, or not at all: half a key would stop every later start. */
function makeKeyFile(path: string, suite: Suite, random: Random): void {
  const key = suite.p256PrivateKey((length) => random.bytes(length));
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  const file = openSync(unfinished, "wx", OWNER_ONLY);
  try {
    writeFileSync(file, `${toHex(key.reveal())}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
    key.wipe();
  }
  // Unlike a rename, a link never replaces a file that came into being meanwhile.
  linkSync(unfinished, path);
  rmSync(unfinished);
  syncDirectory(dirname(path));
}

function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function describe(error: unknown, path: string): unknown {
  if (isErrno(error, "EACCES")) return new KeyFileError(`${path} can not be read by this user`);
  if (isErrno(error, "ENOSPC")) return new KeyFileError(`no room left on the disk for ${path}`);
  if (isErrno(error, "EROFS")) return new KeyFileError(`${path} can not be written: the disk is read-only`);
  if (isErrno(error, "EIO")) return new KeyFileError(`the disk failed while reading or writing ${path}`);
  if (isErrno(error, "EISDIR")) return new KeyFileError(`${path} is a directory and should be a key file`);
  return error;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
