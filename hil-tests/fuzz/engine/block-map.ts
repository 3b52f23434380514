/**
 * Which characters of which scripts have run. V8 joins neighbouring blocks that ran equally often, so its ranges come and go
 * with the counts; characters do not.
 */
export class BlockMap {
  readonly #scripts = new Map<string, Uint8Array>();

  /** Says of a range whether it ran, whatever was said of it before. */
  paint(script: string, start: number, end: number, hasRun: boolean): void {
    this.#charactersOf(script, end).fill(hasRun ? 1 : 0, start, end);
  }

  /** How many blocks ran there that have not run here. */
  novelty(other: BlockMap): number {
    let blocks = 0;
    for (const [script, characters] of other.#scripts) blocks += noveltyOf(characters, this.#scripts.get(script));
    return blocks;
  }

  /** Takes over all that ran there. */
  add(other: BlockMap): void {
    for (const [script, characters] of other.#scripts) {
      const own = this.#charactersOf(script, characters.length);
      for (let i = 0; i < characters.length; i++) own[i]! |= characters[i]!;
    }
  }

  #charactersOf(script: string, length: number): Uint8Array {
    const characters = this.#scripts.get(script);
    if (characters && characters.length >= length) return characters;
    const grown = new Uint8Array(Math.max(length, 2 * (characters?.length ?? 0)));
    if (characters) grown.set(characters);
    this.#scripts.set(script, grown);
    return grown;
  }
}

/** Runs of characters that are new, without a gap in between. */
function noveltyOf(characters: Uint8Array, known: Uint8Array | undefined): number {
  let blocks = 0;
  let isInside = false;
  for (let i = 0; i < characters.length; i++) {
    const isNew = characters[i] === 1 && known?.[i] !== 1;
    if (isNew && !isInside) blocks++;
    isInside = isNew;
  }
  return blocks;
}
