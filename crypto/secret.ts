const HIDDEN = "[secret]";

/**
 * Key bytes that never print and can be wiped.
 *
 * Takes over the array given: the caller must not keep or change it. `reveal()` returns the very bytes, not a copy, so
 * that wiping really wipes; whoever reveals must not store them. Revealing a wiped secret throws: a key of zeros would
 * work, and everybody knows it.
 */
export class Secret {
  readonly #bytes: Uint8Array;
  #wiped = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  reveal(): Uint8Array {
    if (this.#wiped) throw new Error("This secret was wiped");
    return this.#bytes;
  }

  /** A secret of its own with a copy of bytes `from` up to, not including, `to`. Throws RangeError beyond the end. */
  part(from: number, to: number): Secret {
    if (to > this.length) throw new RangeError(`a secret of ${this.length} bytes has no part up to ${to}`);
    // Not slice(): of a Buffer that would be the same memory, and wiping one would wipe the other.
    return new Secret(new Uint8Array(this.reveal().subarray(from, to)));
  }

  /** Overwrites the bytes with zeros. Copies that an engine made on the way (garbage collection) are out of reach. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
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
