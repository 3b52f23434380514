/** Randomness as an argument: cryptographically strong in a product, seeded in a test. */
export interface Random {
  /** `length` fresh bytes, in an array of their own. */
  bytes(length: number): Uint8Array;
}
