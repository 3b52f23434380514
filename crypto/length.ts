import type { Secret } from "./secret.ts";
import { AES_BLOCK_BYTES, AES_KEY_BYTES } from "./suite.ts";

/** Asserts that bytes of our own making have their length; a peer's bytes are checked, not asserted. */
export function assertLength(what: string, bytes: { readonly length: number }, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} has ${bytes.length} bytes instead of ${length}`);
}

/** Asserts what both suites ask for before AES-128-CBC without padding: a key, one block of vector, whole blocks. */
export function assertCbcLengths(key: Secret, iv: Uint8Array, blocks: Uint8Array): void {
  assertLength("An AES key", key, AES_KEY_BYTES);
  assertLength("A CBC initialisation vector", iv, AES_BLOCK_BYTES);
  if (blocks.length % AES_BLOCK_BYTES !== 0) throw new RangeError(`${blocks.length} bytes are not whole blocks`);
}
