import type { Suite } from "../../../crypto/suite.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";

/** A grant as it lies in the table. */
export interface GrantEntry {
  readonly cti: Uint8Array;
  readonly document: Uint8Array;
}

/** A roster and its grants, as they stood when it was asked for: those of the table that decides, or of the staging copy. */
export class GrantSet {
  readonly #suite: Suite;
  /** Reads a grant from flash, by cti in hexadecimal. */
  readonly #documents: ReadonlyMap<string, () => Uint8Array>;
  readonly roster: Uint8Array;
  #sorted: string[] | undefined;
  #digest: Uint8Array | undefined;

  constructor(suite: Suite, roster: Uint8Array, documents: ReadonlyMap<string, () => Uint8Array>) {
    this.#suite = suite;
    this.roster = roster;
    this.#documents = documents;
  }

  get count(): number {
    return this.#documents.size;
  }

  /** H(H(g1)|H(g2)|…) in order of cti (protocol.md §7). */
  digest(): Uint8Array {
    this.#digest ??= this.#suite.sha256(...this.#order().map((cti) => this.#suite.sha256(this.#documents.get(cti)!())));
    return this.#digest.slice();
  }

  find(cti: Uint8Array): Uint8Array | undefined {
    return this.#documents.get(toHex(cti))?.();
  }

  /** In order of cti, those with a cti above `after` if it is given. */
  *entries(after?: Uint8Array): Generator<GrantEntry> {
    const above = after ? toHex(after) : "";
    for (const cti of this.#order()) {
      if (cti > above) yield { cti: fromHex(cti), document: this.#documents.get(cti)!() };
    }
  }

  #order(): string[] {
    this.#sorted ??= [...this.#documents.keys()].sort();
    return this.#sorted;
  }
}
