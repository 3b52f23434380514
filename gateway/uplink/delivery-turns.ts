/** How pressing a batch is: `fresh` is the first since something happened at the lock, `backlog` what follows. */
export type TurnKind = "fresh" | "backlog";

/**
 * Lends the uplink to a few locks at a time, so that neither memory nor backend sees a thousand batches at once. Each kind has a
 * queue of its own and they take turns: a lock with millions of events waiting never holds up what just happened at another.
 */
export class DeliveryTurns {
  readonly #queues: Record<TurnKind, (() => void)[]> = { fresh: [], backlog: [] };
  #free: number;
  #lastKind: TurnKind = "backlog";

  constructor(atOnceMax: number) {
    this.#free = atOnceMax;
  }

  /** Resolves when it is the caller's turn, with what ends it. */
  async take(kind: TurnKind): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#queues[kind].push(resolve));
    return () => this.#passOn();
  }

  #passOn(): void {
    const other = this.#lastKind === "fresh" ? "backlog" : "fresh";
    const kind = this.#queues[other].length > 0 ? other : this.#lastKind;
    const next = this.#queues[kind].shift();
    this.#lastKind = kind;
    if (next) next();
    else this.#free++;
  }
}
