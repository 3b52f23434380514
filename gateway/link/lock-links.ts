import { type LinkParts, LockLink } from "./lock-link.ts";

/** One link per lock, made when first asked for. */
export class LockLinks {
  readonly #parts: LinkParts;
  readonly #links = new Map<string, LockLink>();
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

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }
}
