import { type LinkParts, LockLink } from "./lock-link.ts";

/** One link per lock, made when first asked for. */
export class LockLinks {
  readonly #parts: LinkParts;
  readonly #links = new Map<string, LockLink>();
  /** To locks that are being paired, under slots that they may not have taken. */
  readonly #candidates = new Set<LockLink>();
  #isClosed = false;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  of(lockId: string): LockLink {
    let link = this.#links.get(lockId);
    if (!link) {
      link = new LockLink(lockId, this.#parts);
      this.#links.set(lockId, link);
      if (this.#isClosed) void link.close();
    }
    return link;
  }

  /** Lends a link under the slot that a pairing has put beside the one in use. */
  async withCandidate<T>(lockId: string, work: (link: LockLink) => Promise<T>): Promise<T> {
    const link = new LockLink(lockId, this.#parts, "candidate");
    this.#candidates.add(link);
    if (this.#isClosed) void link.close();
    try {
      return await work(link);
    } finally {
      this.#candidates.delete(link);
      await link.close();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#links.values(), ...this.#candidates].map((link) => link.close()));
  }
}
