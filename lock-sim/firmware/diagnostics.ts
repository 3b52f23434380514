const COUNT_MAX = 0xffff_ffff;

/** Why a frame was refused without a word, or with ERR alone. */
export type Refused =
  | "malformed"
  | "noSession"
  | "wrongMac"
  | "wrongTag"
  | "wrongCounter"
  | "badPoint"
  | "tooOften"
  | "noSuchSlot"
  | "notPairing"
  | "pairedAlready"
  | "foreignIssuer"
  | "busy"
  | "tooManyConnections";

/**
 * Counts, since power came on, of what peers got wrong: for people who look for a fault. Nothing is decided by them.
 */
export class Diagnostics {
  readonly #counts = new Map<Refused, number>();

  count(refused: Refused): void {
    this.#counts.set(refused, Math.min((this.#counts.get(refused) ?? 0) + 1, COUNT_MAX));
  }

  all(): Readonly<Partial<Record<Refused, number>>> {
    return Object.fromEntries(this.#counts);
  }
}
