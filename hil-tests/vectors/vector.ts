import * as nobleCcm from "../../crypto/aes-ccm.ts";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import * as opensslCcm from "../../crypto/openssl-aes.ts";
import type { Suite } from "../../crypto/suite.ts";

/** A suite, and its CCM with the nonce and tag lengths that LK1 does not use but published vectors do. */
export interface Implementation {
  readonly suite: Suite;
  readonly ccm: Pick<typeof nobleCcm, "ccmSeal" | "ccmOpen">;
}

/** Every vector is checked on each of these. */
export const IMPLEMENTATIONS: readonly Implementation[] = [
  { suite: nobleSuite, ccm: nobleCcm },
  { suite: opensslSuite, ccm: opensslCcm },
];

/** One published value: `check` throws if an implementation gives another. `skip` says what LK1 does not have. */
export type Vector =
  | { readonly kind: "check"; readonly name: string; readonly check: (implementation: Implementation) => void }
  | { readonly kind: "skip"; readonly name: string; readonly why: string };

/** The vectors of a file, from its path inside the folder and its text; undefined for a file of another kind. */
export type VectorReader = (path: string, text: string) => Vector[] | undefined;

export const OTHER_AES_KEY = "AES-192 and AES-256: LK1 has AES-128 alone";
