const HIDDEN = "[secret]";

/**
 * Key bytes that never print and can be wiped.
 *
 * Takes over the array given: the caller must not keep or change it. `reveal()` returns the very bytes, not a copy, so
 * that wiping really wipes; whoever reveals must not store them.
 */
export class Secret {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** A secret of its own with a copy of bytes `from` up to, not including, `to`. */
  part(from: number, to: number): Secret {
    return new Secret(this.#bytes.slice(from, to));
  }

  /** Overwrites the bytes with zeros. Copies that an engine made on the way (garbage collection) are out of reach. */
  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}
