import { join } from "node:path";
import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Random } from "../../protocol/random.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import { KeyFileError, loadKeyFile, readKeyFile, replaceKeyFile } from "./key-file.ts";

/** What is known of a change of the issuer's key: where it leads, and how far it has come. */
export interface KeyMoves {
  /** Compressed point, 33 bytes, that locks are being moved to, or have been; undefined if the key has never changed. */
  newIssuerPk(): Uint8Array | undefined;
  /** Whether this lock is known to trust the new key (protocol.md §7, key change). */
  hasMoved(lockId: string): boolean;
}

export const NEVER_MOVED: KeyMoves = { newIssuerPk: () => undefined, hasMoved: () => true };

interface KeyPair {
  secret: Secret;
  /** Compressed point, 33 bytes. */
  publicKey: Uint8Array;
}

/**
 * The issuer's key; and, while locks move to a new one, the former. On the disk the former stays `issuer.key` until the
 * last lock has moved, and the new one is `issuer-next.key` until then: one rename ends it.
 */
export class IssuerKeys {
  readonly #directory: string;
  readonly #suite: Suite;
  readonly #moves: KeyMoves;
  #current: KeyPair;
  #former: KeyPair | undefined;

  private constructor(directory: string, suite: Suite, moves: KeyMoves, current: KeyPair, former?: KeyPair) {
    this.#directory = directory;
    this.#suite = suite;
    this.#moves = moves;
    this.#current = current;
    this.#former = former;
  }

  /** The keys in `directory`; the first is made if there is none. Throws KeyFileError. */
  static load(directory: string, suite: Suite, random: Random, moves: KeyMoves): IssuerKeys {
    const newIssuerPk = moves.newIssuerPk();
    if (newIssuerPk === undefined) {
      return new IssuerKeys(directory, suite, moves, pairOf(suite, loadKeyFile(keyFile(directory), suite, random)));
    }
    // Locks trust keys that were here: a fresh one would be none of theirs.
    const key = pairOf(suite, expectKeyFile(keyFile(directory), suite));
    if (equalBytes(newIssuerPk, key.publicKey)) return new IssuerKeys(directory, suite, moves, key);
    const next = pairOf(suite, expectKeyFile(nextKeyFile(directory), suite));
    if (equalBytes(newIssuerPk, next.publicKey)) return new IssuerKeys(directory, suite, moves, next, key);
    const sentence = `locks are being moved to the key ${toHex(newIssuerPk)}, and ${nextKeyFile(directory)} holds another: put the right one back`;
    throw new KeyFileError(sentence);
  }

  get current(): Secret {
    return this.#current.secret;
  }

  get publicKey(): Uint8Array {
    return this.#current.publicKey;
  }

  /** Those that locks may trust, oldest first. */
  get publicKeys(): Uint8Array[] {
    return this.#former ? [this.#former.publicKey, this.publicKey] : [this.publicKey];
  }

  /** Whether there is a former key still, for locks that have not moved. */
  get isChanging(): boolean {
    return this.#former !== undefined;
  }

  /** The key that this lock trusts. */
  keyFor(lockId: Uint8Array): Secret {
    if (!this.#former) return this.current;
    // Between `begin` and when it is written down, it is the change before that locks have gone along with.
    const newIssuerPk = this.#moves.newIssuerPk();
    const isWritten = newIssuerPk !== undefined && equalBytes(newIssuerPk, this.publicKey);
    return isWritten && this.#moves.hasMoved(toHex(lockId)) ? this.current : this.#former.secret;
  }

  /** The public key that comes next. It is durable, and nothing is signed with it before `begin`. Throws KeyFileError. */
  drawNext(random: Random): Uint8Array {
    return pairOf(this.#suite, loadKeyFile(nextKeyFile(this.#directory), this.#suite, random)).publicKey;
  }

  /** From here on the next key signs. Throws KeyFileError. */
  begin(): void {
    const secret = readKeyFile(nextKeyFile(this.#directory), this.#suite);
    if (!secret || this.#former) throw new RangeError("there is no next key to begin with, or a change under way");
    this.#former = this.#current;
    this.#current = pairOf(this.#suite, secret);
  }

  /** As if `begin` had not been: what was signed since has been stored nowhere. */
  undo(): void {
    if (!this.#former) throw new RangeError("no change of key is under way");
    this.#current = this.#former;
    this.#former = undefined;
  }

  /** Wipes the former key. Nothing signs for a lock any more that has not moved. Throws KeyFileError. */
  end(): void {
    if (!this.#former) return;
    replaceKeyFile(keyFile(this.#directory), nextKeyFile(this.#directory));
    this.#former.secret.wipe();
    this.#former = undefined;
  }
}

export function keyFile(directory: string): string {
  return join(directory, "issuer.key");
}

function nextKeyFile(directory: string): string {
  return join(directory, "issuer-next.key");
}

function expectKeyFile(path: string, suite: Suite): Secret {
  const key = readKeyFile(path, suite);
  if (!key) throw new KeyFileError(`${path} is not there, and locks trust the key in it: put it back`);
  return key;
}

function pairOf(suite: Suite, secret: Secret): KeyPair {
  return { secret, publicKey: suite.p256PublicKey(secret) };
}
