/** First byte of an ERR (protocol.md §1): version 1, type 15. */
const ERR_HEADER = 0x1f;

/** What went over the lock's carriers since the emulator began. */
export class LinkCounters {
  #framesIn = 0;
  #framesOut = 0;
  #refused = 0;
  #dropped = 0;

  countIn(): void {
    this.#framesIn++;
  }

  countOut(frame: Uint8Array): void {
    this.#framesOut++;
    if (frame[0] === ERR_HEADER) this.#refused++;
  }

  countDropped(frames: number): void {
    this.#dropped += frames;
  }

  /** `refused`: answered with ERR. `dropped`: damaged, lost to a fault, for another address, or come while there was no power. */
  get all(): { framesIn: number; framesOut: number; refused: number; dropped: number } {
    return { framesIn: this.#framesIn, framesOut: this.#framesOut, refused: this.#refused, dropped: this.#dropped };
  }
}
