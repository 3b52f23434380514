import type { DiskChange } from "./write-log.ts";

/** The file in the watched folder that `promise-notes.ts` appends to. */
export const NOTES = "notes";

/** What had been promised when, by number of changes to the disk before. */
export class Promises {
  readonly #contents: string[];
  readonly #atChange: number[] = [];
  #keys: { keys: string; atChange: number } | undefined;

  /** `empty` is the hash of a database that nobody has written to. */
  constructor(changes: readonly DiskChange[], empty: string) {
    this.#contents = [empty];
    this.#atChange.push(0);
    for (const [i, change] of changes.entries()) {
      if (change.kind !== "write" || change.path !== NOTES) continue;
      const [kind, value = ""] = new TextDecoder().decode(change.bytes).trim().split(" ");
      if (kind === "keys") this.#keys ??= { keys: value, atChange: i };
      else if (value !== this.#contents.at(-1)) {
        this.#contents.push(value);
        this.#atChange.push(i);
      }
    }
  }

  get count(): number {
    return this.#contents.length;
  }

  /** The keys that were in use before this change; undefined if none were. */
  keysAt(change: number): string | undefined {
    return this.#keys && this.#keys.atChange < change ? this.#keys.keys : undefined;
  }

  /**
   * What is wrong with a database of this content after `change` changes: it must hold what was promised last by then, or, if
   * that was under way, what was promised next.
   */
  wrongWith(content: string, change: number): string | undefined {
    const last = this.#atChange.findLastIndex((at) => at < change || at === 0);
    if (content === this.#contents[last] || content === this.#contents[last + 1]) return undefined;
    const known = this.#contents.indexOf(content);
    return known < 0 ? "it holds half of something" : `it holds promise ${known}, and ${last} had been made`;
  }
}
