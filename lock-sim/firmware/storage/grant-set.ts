import type { Suite } from "../../../crypto/suite.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";

/** A grant as it lies in the table. */
export interface GrantEntry {
  readonly cti: Uint8Array;
  readonly document: Uint8Array;
}

/** Reads a grant from flash: undefined once its cells have rotted. */
export type ReadGrant = () => Uint8Array | undefined;

/**
 * A roster and its grants, as they stood when it was asked for: those of the table that decides, or of the staging copy.
 * A grant whose cells rot is not there any more.
 */
export class GrantSet {
  readonly #suite: Suite;
  /** By cti in hexadecimal. */
  readonly #documents: Map<string, ReadGrant>;
  readonly roster: Uint8Array;
  #sorted: string[] | undefined;
  #digest: Uint8Array | undefined;

  constructor(suite: Suite, roster: Uint8Array, documents: Map<string, ReadGrant>) {
    this.#suite = suite;
    this.roster = roster;
    this.#documents = documents;
  }

  get count(): number {
    return this.#documents.size;
  }

  /** H(H(g1)|H(g2)|…) in order of cti (protocol.md §7). */
  digest(): Uint8Array {
    this.#digest ??= this.#suite.sha256(...Array.from(this.entries(), ({ document }) => this.#suite.sha256(document)));
    return this.#digest.slice();
  }

  find(cti: Uint8Array): Uint8Array | undefined {
    return this.#read(toHex(cti));
  }

  /** In order of cti, those with a cti above `after` if it is given. */
  *entries(after?: Uint8Array): Generator<GrantEntry> {
    const above = after ? toHex(after) : "";
    for (const cti of this.#order()) {
      const document = cti > above ? this.#read(cti) : undefined;
      if (document) yield { cti: fromHex(cti), document };
    }
  }

  #read(cti: string): Uint8Array | undefined {
    const document = this.#documents.get(cti)?.();
    if (!document && this.#documents.delete(cti)) {
      this.#sorted = undefined;
      this.#digest = undefined;
    }
    return document;
  }

  #order(): string[] {
    this.#sorted ??= [...this.#documents.keys()].sort();
    return this.#sorted;
  }
}
