import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

/** Through which record of a generation a lock may forget; undefined while it is off. */
export type ReadReceipted = (lock: number) => { generation: number; seq: number } | undefined;

/** A lock forgets on the issuer's receipt alone, and that is given for what a backend was sent (protocol.md §7, Receipt). */
export class ForgetsOnReceipt implements Invariant {
  readonly name = "a lock forgets only what its issuer has a receipt for, and the backend has been given";
  readonly #readReceipted: ReadReceipted;
  readonly #hasUplink: (lock: number) => boolean;
  /** By lock and generation. */
  readonly #signed = new Map<string, number>();
  readonly #delivered = new Map<string, number>();

  constructor(readReceipted: ReadReceipted, hasUplink: (lock: number) => boolean) {
    this.#readReceipted = readReceipted;
    this.#hasUplink = hasUplink;
  }

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "delivered": {
        const [, generation, seq] = happening.id.split("-");
        raise(this.#delivered, `${happening.lock} ${Number(generation)}`, Number(seq));
        return undefined;
      }
      case "receipt-signed": {
        const { lock, claims } = happening;
        const key = `${lock} ${claims.generation}`;
        raise(this.#signed, key, claims.seq);
        const delivered = this.#delivered.get(key) ?? 0;
        if (!this.#hasUplink(lock) || claims.seq <= delivered) return undefined;
        return `lock ${lock} is told to forget through ${claims.seq}, and the backend was given ${delivered}`;
      }
      case "frame":
        return happening.by === "lock" ? this.#look(happening.lock) : undefined;
      default:
        return undefined;
    }
  }

  #look(lock: number): string | undefined {
    const receipted = this.#readReceipted(lock);
    if (!receipted) return undefined;
    const { generation, seq } = receipted;
    const signed = this.#signed.get(`${lock} ${generation}`) ?? 0;
    return seq > signed
      ? `lock ${lock} may forget through ${seq}, and there are receipts through ${signed}`
      : undefined;
  }
}

function raise(map: Map<string, number>, key: string, value: number): void {
  map.set(key, Math.max(map.get(key) ?? 0, value));
}
