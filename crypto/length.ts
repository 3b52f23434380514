/** Asserts that bytes of our own making have their length; a peer's bytes are checked, not asserted. */
export function assertLength(what: string, bytes: { readonly length: number }, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} has ${bytes.length} bytes instead of ${length}`);
}
