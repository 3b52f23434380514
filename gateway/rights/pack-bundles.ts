import { BUNDLE_ITEMS_MAX, type Bundle, type BundledRoster } from "../fleet/bundle.ts";
import { rosterJson } from "../fleet/bundle-json.ts";

/** What one lock's gateway needs: a roster, and the grants that it can not have yet, by id. */
export interface LockDocuments {
  roster: BundledRoster;
  grants: ReadonlyMap<string, Uint8Array>;
}

/** Names of members, brackets, the issuer's id. */
const FRAME_BYTES = 120;
/** Quotation marks and a comma. */
const ITEM_BYTES = 3;

/**
 * As few bundles as hold it all, each at most `bytesMax` long as JSON. A roster comes with or after its grants, and lock by lock, so that
 * each bundle that is heard alone brings some locks on. Time tokens are in the first: their challenges grow old.
 */
export function packBundles(
  issuerId: string,
  timeTokens: readonly Uint8Array[],
  locks: readonly LockDocuments[],
  bytesMax: number,
): Bundle[] {
  const bundles = new OpenBundles(issuerId, bytesMax);
  for (const token of timeTokens) bundles.addTimeToken(token);
  for (const lock of locks) bundles.addLock(lock);
  return bundles.closed();
}

/** Many locks have the same grants: a bundle holds each once. */
class OpenBundles {
  readonly #issuerId: string;
  readonly #bytesMax: number;
  readonly #closed: Bundle[] = [];
  #grants = new Map<string, Uint8Array>();
  #rosters: BundledRoster[] = [];
  #timeTokens: Uint8Array[] = [];
  #bytes = FRAME_BYTES;

  constructor(issuerId: string, bytesMax: number) {
    this.#issuerId = issuerId;
    this.#bytesMax = bytesMax;
  }

  addTimeToken(token: Uint8Array): void {
    const bytes = documentBytes(token);
    if (!this.#fits(bytes) || this.#timeTokens.length === BUNDLE_ITEMS_MAX) this.#close();
    this.#timeTokens.push(token);
    this.#bytes += bytes;
  }

  addLock({ roster, grants }: LockDocuments): void {
    const rosterBytes = JSON.stringify(rosterJson(roster)).length + ITEM_BYTES;
    if (!this.#hasRoomFor(grants, rosterBytes)) this.#close();
    // Grants of one lock alone may be more than a bundle holds: the gateway lays the first of them by.
    for (const [id, document] of grants) {
      if (this.#grants.has(id)) continue;
      const bytes = documentBytes(document);
      if (!this.#fits(bytes) || this.#grants.size === BUNDLE_ITEMS_MAX) this.#close();
      this.#grants.set(id, document);
      this.#bytes += bytes;
    }
    if (!this.#fits(rosterBytes)) this.#close();
    this.#rosters.push(roster);
    this.#bytes += rosterBytes;
  }

  closed(): Bundle[] {
    this.#close();
    return this.#closed;
  }

  #hasRoomFor(grants: ReadonlyMap<string, Uint8Array>, rosterBytes: number): boolean {
    let count = this.#grants.size;
    let bytes = rosterBytes;
    for (const [id, document] of grants) {
      if (this.#grants.has(id)) continue;
      count++;
      bytes += documentBytes(document);
    }
    return this.#fits(bytes) && count <= BUNDLE_ITEMS_MAX && this.#rosters.length < BUNDLE_ITEMS_MAX;
  }

  #fits(bytes: number): boolean {
    return this.#bytes + bytes <= this.#bytesMax;
  }

  #close(): void {
    if (this.#bytes === FRAME_BYTES) return;
    this.#closed.push({
      issuerId: this.#issuerId,
      grants: [...this.#grants.values()],
      rosters: this.#rosters,
      timeTokens: this.#timeTokens,
    });
    this.#grants = new Map();
    this.#rosters = [];
    this.#timeTokens = [];
    this.#bytes = FRAME_BYTES;
  }
}

/** In base64. */
function documentBytes(document: Uint8Array): number {
  return 4 * Math.ceil(document.length / 3) + ITEM_BYTES;
}
