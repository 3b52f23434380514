import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";

/**
 * protocol.md §1: no key ever encrypts twice under the same nonce, whichever side it is on, whatever was rolled back. Watches the
 * suites that gateways and locks are given.
 */
export class NoncesUnique {
  readonly name = "a key never encrypts twice under the same nonce";
  readonly #seen = new Set<string>();
  readonly #broken: (sentence: string) => void;

  constructor(broken: (sentence: string) => void) {
    this.#broken = broken;
  }

  get pairs(): number {
    return this.#seen.size;
  }

  /** The same suite, watched. */
  watch(suite: Suite): Suite {
    return {
      ...suite,
      ccmSeal: (key, nonce, aad, text) => {
        this.note(key, nonce);
        return suite.ccmSeal(key, nonce, aad, text);
      },
    };
  }

  note(key: Secret, nonce: Uint8Array): void {
    const pair = Buffer.concat([key.reveal(), nonce]).toString("latin1");
    if (this.#seen.has(pair)) this.#broken(`a key encrypts again under the nonce ${toHex(nonce)}`);
    this.#seen.add(pair);
  }
}
