import type { CarrierKind } from "../hal.ts";

/** What went over the air, or would have where a serial line or TCP stands for it. */
export interface RadioCounts {
  readonly connections: number;
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly framesOut: number;
  readonly bytesOut: number;
  /** How long connections were kept: a BLE one as long as it stood, on a wire while the far end waited for a bolt on its way. */
  readonly keptMs: number;
  /** How long a BLE connection stood: the lock does not advertise meanwhile. */
  readonly connectedMs: number;
}

/** Counts what a lock sends and hears. */
export class RadioUse {
  #counts = { connections: 0, framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0, keptMs: 0, connectedMs: 0 };
  /** When each wire's request came that has no reply yet. */
  readonly #askedAtMs = new Map<number, number>();
  readonly #bleSinceMs = new Map<number, number>();

  /** Connections that still stand are counted up to now. */
  countsAt(nowMs: number): RadioCounts {
    const standingMs = [...this.#bleSinceMs.values()].reduce((sum, sinceMs) => sum + nowMs - sinceMs, 0);
    const { keptMs, connectedMs } = this.#counts;
    return { ...this.#counts, keptMs: keptMs + standingMs, connectedMs: connectedMs + standingMs };
  }

  connected(connection: number, carrier: CarrierKind | undefined, nowMs: number): void {
    this.#counts.connections++;
    if (carrier === "ble") this.#bleSinceMs.set(connection, nowMs);
  }

  ended(connection: number, nowMs: number): void {
    this.#askedAtMs.delete(connection);
    const sinceMs = this.#bleSinceMs.get(connection);
    if (sinceMs === undefined) return;
    this.#bleSinceMs.delete(connection);
    this.#counts.keptMs += nowMs - sinceMs;
    this.#counts.connectedMs += nowMs - sinceMs;
  }

  heard(connection: number, frame: Uint8Array, nowMs: number): void {
    this.#counts.framesIn++;
    this.#counts.bytesIn += frame.length;
    if (!this.#bleSinceMs.has(connection)) this.#askedAtMs.set(connection, nowMs);
  }

  sent(connection: number, frame: Uint8Array, nowMs: number): void {
    this.#counts.framesOut++;
    this.#counts.bytesOut += frame.length;
    this.#counts.keptMs += nowMs - (this.#askedAtMs.get(connection) ?? nowMs);
    this.#askedAtMs.delete(connection);
  }
}
