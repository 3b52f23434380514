const HEADER_BYTES = 12;
const INPUT_BYTES_MAX = 64 * 1024;

const EXECUTIONS = 0;
const INPUT_LENGTH = 1;
const STOP = 2;

/** What a worker and the one that watches it both see, even while the worker is busy or hangs. */
export class SharedState {
  readonly buffer: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  readonly #input: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(HEADER_BYTES + INPUT_BYTES_MAX)) {
    this.buffer = buffer;
    this.#numbers = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#input = new Uint8Array(buffer, HEADER_BYTES);
  }

  /** The worker is about to run this. */
  running(input: Uint8Array): void {
    this.#input.set(input);
    this.#numbers[INPUT_LENGTH] = input.length;
    Atomics.add(this.#numbers, EXECUTIONS, 1);
  }

  get executions(): number {
    return Atomics.load(this.#numbers, EXECUTIONS);
  }

  /** What the worker ran last, or runs now. */
  get input(): Uint8Array {
    return this.#input.slice(0, this.#numbers[INPUT_LENGTH]);
  }

  stop(): void {
    Atomics.store(this.#numbers, STOP, 1);
  }

  get isStopped(): boolean {
    return Atomics.load(this.#numbers, STOP) === 1;
  }
}
