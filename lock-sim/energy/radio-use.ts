/** What went over the air, or would have: a serial line or TCP stands for it. */
export interface RadioCounts {
  readonly connections: number;
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly framesOut: number;
  readonly bytesOut: number;
  /** How long the far end waited for replies, because a bolt was on its way. */
  readonly waitingMs: number;
}

/** Counts what a lock sends and hears. */
export class RadioUse {
  #counts = { connections: 0, framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0, waitingMs: 0 };
  /** When each connection's request came that has no reply yet. */
  readonly #askedAtMs = new Map<number, number>();

  get counts(): RadioCounts {
    return { ...this.#counts };
  }

  connected(): void {
    this.#counts.connections++;
  }

  ended(connection: number): void {
    this.#askedAtMs.delete(connection);
  }

  heard(connection: number, frame: Uint8Array, nowMs: number): void {
    this.#counts.framesIn++;
    this.#counts.bytesIn += frame.length;
    this.#askedAtMs.set(connection, nowMs);
  }

  sent(connection: number, frame: Uint8Array, nowMs: number): void {
    this.#counts.framesOut++;
    this.#counts.bytesOut += frame.length;
    this.#counts.waitingMs += nowMs - (this.#askedAtMs.get(connection) ?? nowMs);
    this.#askedAtMs.delete(connection);
  }
}
