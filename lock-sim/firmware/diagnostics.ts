const COUNT_MAX = 0xffff_ffff;

/** What was refused without a word, or with ERR alone. */
export type Refused =
  | "malformed"
  | "noSession"
  | "wrongMac"
  | "wrongTag"
  | "wrongCounter"
  | "badPoint"
  | "limited"
  | "noSuchSlot"
  | "notPairing"
  | "busy"
  | "tooManyConnections";

/** Counts, since power came on, of what a peer got wrong. For people who look for a fault; nothing is decided by them. */
export class Diagnostics {
  readonly #counts = new Map<Refused, number>();

  count(refused: Refused): void {
    this.#counts.set(refused, Math.min(this.of(refused) + 1, COUNT_MAX));
  }

  of(refused: Refused): number {
    return this.#counts.get(refused) ?? 0;
  }

  all(): Readonly<Partial<Record<Refused, number>>> {
    return Object.fromEntries(this.#counts);
  }
}
