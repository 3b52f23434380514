import type { Suite } from "../../crypto/suite.ts";
import { type GrantClaims, parseGrant } from "../../protocol/documents/grant.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { GrantTable } from "./storage/grant-table.ts";

/** Every PIN grant makes a typed PIN cost one more HMAC (protocol.md §7). */
export const PIN_GRANTS_MAX = 100;

/** Which grants of the staging copy have a PIN. Counted once, then kept up with every PUT and DROP. */
export class StagedPins {
  readonly #suite: Suite;
  readonly #table: GrantTable;
  #ids: Set<string> | undefined;

  constructor(suite: Suite, table: GrantTable) {
    this.#suite = suite;
    this.#table = table;
  }

  /** Another staging copy is open, or none. */
  reset(): void {
    this.#ids = undefined;
  }

  /** Whether the staging copy may hold these grants too. */
  haveRoomFor(grants: readonly GrantClaims[]): boolean {
    const ids = new Set(this.#counted());
    for (const grant of grants) update(ids, grant);
    return ids.size <= PIN_GRANTS_MAX;
  }

  put(grant: GrantClaims): void {
    update(this.#counted(), grant);
  }

  drop(id: Uint8Array): void {
    this.#counted().delete(toHex(id));
  }

  #counted(): Set<string> {
    this.#ids ??= this.#count();
    return this.#ids;
  }

  #count(): Set<string> {
    const ids = new Set<string>();
    for (const { document } of this.#table.staging?.entries() ?? []) {
      const grant = parseGrant(this.#suite, document);
      if (grant.ok) update(ids, grant.value.claims);
    }
    return ids;
  }
}

function update(ids: Set<string>, grant: GrantClaims): void {
  const hasPin = grant.credentials.some(({ kind }) => kind === "pin");
  if (hasPin) ids.add(toHex(grant.id));
  else ids.delete(toHex(grant.id));
}
