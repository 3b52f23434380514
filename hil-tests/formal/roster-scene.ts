import type { Secret } from "../../crypto/secret.ts";
import { TestSite } from "../../lock-sim/firmware/testing/test-site.ts";
import { signKeyChange } from "../../protocol/documents/key-change.ts";

/** What an issuer has signed for the lock, as protocol/formal/roster.pml has it. */
export interface SignedRoster {
  readonly generation: number;
  readonly epoch: number;
  readonly isOfNewKey: boolean;
  /** The number of the document of each id that is in the table; 0: none. */
  readonly wants: readonly [number, number];
  /** Ids. */
  readonly denies: readonly number[];
}

/** By number: 1, then 2 or 3, then 4 (key change); 5 is what the old key signs afterwards; 6 after a factory reset. */
export const ROSTERS: readonly SignedRoster[] = [
  { generation: 0, epoch: 1, isOfNewKey: false, wants: [1, 1], denies: [] },
  { generation: 0, epoch: 2, isOfNewKey: false, wants: [2, 0], denies: [1, 2] },
  { generation: 0, epoch: 2, isOfNewKey: false, wants: [2, 2], denies: [] },
  { generation: 0, epoch: 3, isOfNewKey: true, wants: [3, 0], denies: [1, 2] },
  { generation: 0, epoch: 4, isOfNewKey: false, wants: [1, 1], denies: [] },
  { generation: 1, epoch: 1, isOfNewKey: false, wants: [2, 2], denies: [] },
];
/** The last one is never in a table. */
export const IDS = [0, 1, 2];
/** Of a grant: 1 and 2 by the old key, 3 by the new one. */
export const DOCUMENTS = [1, 2, 3];

export const isOfNewKey = (document: number) => document === 3;
export const idOf = (i: number) => TestSite.id(0x21 + i);

/** All of it as bytes. */
export class RosterScene {
  readonly newKey: Secret;
  readonly newIssuerPk: Uint8Array;
  /** From 0; the model counts from 1. */
  readonly rosters: readonly Uint8Array[];
  /** By id, then by number. */
  readonly grants: readonly (readonly Uint8Array[])[];

  constructor(site: TestSite, now: number) {
    this.newKey = site.newKey();
    this.newIssuerPk = site.suite.p256PublicKey(this.newKey);
    this.grants = IDS.map((i) =>
      DOCUMENTS.map((document) =>
        site.grant(now, idOf(i), {
          subject: TestSite.id(document),
          ...(isOfNewKey(document) && { key: this.newKey }),
        }),
      ),
    );
    const keyChange = signKeyChange(site.suite, site.issuerKey, { newIssuerPk: this.newIssuerPk, notBefore: now });
    this.rosters = ROSTERS.map(({ generation, epoch, isOfNewKey, wants, denies }) => {
      const grants = wants.flatMap((document, i) => (document > 0 ? [this.grant(i, document)] : []));
      return site.roster(now, epoch, grants, {
        generation,
        denied: denies.map(idOf),
        ...(isOfNewKey && { key: this.newKey, settings: { keyChange } }),
      });
    });
  }

  grant(i: number, document: number): Uint8Array {
    return this.grants[i]![document - 1]!;
  }
}
