import type { Key, Keypad } from "../hal.ts";

/** The longest PIN, its "#", and a few keys of somebody in a hurry. */
const QUEUE_KEYS_MAX = 16;

/** A keypad whose interrupt puts keys into a queue of a few bytes. */
export class EmulatedKeypad implements Keypad {
  #waiting: Key[] = [];

  /** False if the queue was full and the key is lost. */
  press(key: Key): boolean {
    if (this.#waiting.length === QUEUE_KEYS_MAX) return false;
    this.#waiting.push(key);
    return true;
  }

  take(): Key | undefined {
    return this.#waiting.shift();
  }

  /** The queue is RAM. */
  losePower(): void {
    this.#waiting = [];
  }
}
