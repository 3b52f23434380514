/** Reads an input as the numbers and pieces that a script's steps ask for; past the end there are zeros. */
export class Script {
  readonly #input: Uint8Array;
  #at = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  get isOver(): boolean {
    return this.#at >= this.#input.length;
  }

  byte(): number {
    return this.#input[this.#at++] ?? 0;
  }

  /** One of the choices. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.byte() % choices.length]!;
  }

  /** Up to 255 bytes, behind their number. */
  piece(): Uint8Array {
    const length = this.byte();
    const piece = this.#input.slice(this.#at, this.#at + length);
    this.#at += length;
    return piece;
  }
}
