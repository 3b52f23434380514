const AT_ONCE_MAX = 100;
const EVERY_MS = 600_000;

/**
 * How often another roster may take the staging copy's place before one is committed. Each time erases the copy's first block,
 * and a block stands 10,000 erases: a gateway that has two rosters could ask for one and the other in turn until no roster can be
 * taken any more, within the hour. In RAM: whoever can cut the power has worse to offer.
 */
export class StagingWear {
  #left = AT_ONCE_MAX;
  #countedAtMs = 0;

  /** Whether the staging copy may be replaced now; if so that counts. */
  take(nowMs: number): boolean {
    const gained = Math.floor((nowMs - this.#countedAtMs) / EVERY_MS);
    this.#left = Math.min(AT_ONCE_MAX, this.#left + gained);
    this.#countedAtMs += gained * EVERY_MS;
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}
