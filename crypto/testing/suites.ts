import { nobleSuite } from "../noble.ts";
import { opensslSuite } from "../openssl.ts";
import { Secret } from "../secret.ts";
import type { Suite } from "../suite.ts";

/** Both implementations: whatever a test says of one must hold for the other. */
export const SUITES: readonly Suite[] = [nobleSuite, opensslSuite];

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

export function secret(text: string): Secret {
  return new Secret(hex(text));
}

/** A copy with one bit changed, counted from the first byte's highest. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 0x80 >> (bit & 7);
  return copy;
}
