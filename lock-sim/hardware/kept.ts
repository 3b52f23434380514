/** What a part keeps while there is no power: a cell-backed register, the place of something mechanical. */
export interface Kept<T> {
  /** What was written last, or undefined. */
  read(): T | undefined;
  write(value: T | undefined): void;
}

/** Kept as long as the process lives. */
export class KeptInMemory<T> implements Kept<T> {
  #value: T | undefined;

  read(): T | undefined {
    return this.#value;
  }

  write(value: T | undefined): void {
    this.#value = value;
  }
}
