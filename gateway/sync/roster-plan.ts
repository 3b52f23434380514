import type { TableChanges } from "../store/roster-store.ts";
import { inFullFrames } from "./full-frames.ts";

/** One GRANT DROP or GRANT PUT. */
export interface Batch {
  kind: "drop" | "put";
  /** Grant ids, hex. */
  ids: readonly string[];
}

const ID_BYTES = 8;

/** What makes a lock's staging copy the wanted table, in as few commands as it takes, and how far that has come. */
export class RosterPlan {
  readonly #batches: readonly Batch[];
  #done = 0;

  constructor({ put, drop }: TableChanges) {
    // What goes makes room for what comes.
    this.#batches = [
      ...inFullFrames(drop.map((id) => ({ id, bytes: ID_BYTES }))).map((items) => batch("drop", items)),
      ...inFullFrames(put).map((items) => batch("put", items)),
    ];
  }

  get next(): Batch | undefined {
    return this.#batches[this.#done];
  }

  /** The lock has answered the next one. */
  advance(): void {
    this.#done++;
  }

  get commandsLeft(): number {
    return this.#batches.length - this.#done;
  }

  /** Whether any of these is still to be put. */
  needs(ids: readonly string[]): boolean {
    const left = new Set(this.#batches.slice(this.#done).flatMap((batch) => (batch.kind === "put" ? batch.ids : [])));
    return ids.some((id) => left.has(id));
  }

  /** Grants put and dropped, of all. */
  get progress(): { done: number; of: number } {
    const count = (batches: readonly Batch[]) => batches.reduce((sum, { ids }) => sum + ids.length, 0);
    return { done: count(this.#batches.slice(0, this.#done)), of: count(this.#batches) };
  }
}

function batch(kind: Batch["kind"], items: readonly { id: string }[]): Batch {
  return { kind, ids: items.map(({ id }) => id) };
}
