import type { Suite } from "../../../crypto/suite.ts";
import { type GrantClaims, parseGrant } from "../../../protocol/documents/grant.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { GrantSet } from "../storage/grant-set.ts";
import type { GrantTable } from "../storage/grant-table.ts";

/** A grant with PINs, and what a PIN of its must come to. */
export interface PinGrant {
  readonly id: Uint8Array;
  readonly verifiers: readonly Uint8Array[];
}

interface Indexed {
  readonly grants: GrantSet;
  /** Grant ids by uid in hexadecimal, in order of id. */
  readonly byTag: ReadonlyMap<string, readonly Uint8Array[]>;
  readonly pins: readonly PinGrant[];
}

/** Which grants of the table name which tag, and which have PINs: read once per table, at the first use. */
export class CredentialIndex {
  readonly #suite: Suite;
  readonly #table: GrantTable;
  #indexed: Indexed | undefined;

  constructor(suite: Suite, table: GrantTable) {
    this.#suite = suite;
    this.#table = table;
  }

  withTag(uid: Uint8Array): readonly Uint8Array[] {
    return this.#current()?.byTag.get(toHex(uid)) ?? [];
  }

  /** At most PIN_GRANTS_MAX. */
  withPin(): readonly PinGrant[] {
    return this.#current()?.pins ?? [];
  }

  #current(): Indexed | undefined {
    const grants = this.#table.active;
    if (grants !== this.#indexed?.grants) this.#indexed = grants && this.#index(grants);
    return this.#indexed;
  }

  #index(grants: GrantSet): Indexed {
    const byTag = new Map<string, Uint8Array[]>();
    const pins: PinGrant[] = [];
    for (const { document } of grants.entries()) {
      const grant = parseGrant(this.#suite, document);
      if (!grant.ok) throw new Error("a grant in the table was good when it was put there");
      const { claims } = grant.value;
      for (const uid of tagsOf(claims)) byTag.set(uid, [...(byTag.get(uid) ?? []), claims.id]);
      const verifiers = claims.credentials.flatMap((shown) => (shown.kind === "pin" ? [shown.verifier] : []));
      if (verifiers.length > 0) pins.push({ id: claims.id, verifiers });
    }
    return { grants, byTag, pins };
  }
}

function tagsOf({ credentials }: GrantClaims): ReadonlySet<string> {
  return new Set(credentials.flatMap((shown) => (shown.kind === "tag" ? [toHex(shown.uid)] : [])));
}
