import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { type GrantClaims, parseGrant } from "../../../protocol/documents/grant.ts";
import { type RosterClaims, rosterDigest } from "../../../protocol/documents/roster.ts";
import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { equalBytes, toHex } from "../../../protocol/wire/bytes.ts";
import type { Happening } from "../happening.ts";

/** What a lock goes by, as its issuer has signed it. */
export interface TableInForce {
  epoch: number;
  staleAfter: number;
  roster: RosterClaims;
  grants: ReadonlyMap<string, GrantClaims>;
}

/** The documents in a lock's table, as it holds them. */
export type ReadTable = (lock: number) => readonly Uint8Array[];

/**
 * The issuers' side of the world: which rosters were signed for which lock, and which one each lock has committed. A table that no
 * issuer signed is said so by `see`.
 */
export class Truth {
  readonly #readTable: ReadTable;
  readonly #lockIndex: (lockId: Uint8Array) => number;
  readonly #signed = new Map<string, RosterClaims[]>();
  readonly #inForce = new Map<number, TableInForce>();
  readonly #issued = new Map<string, GrantClaims[]>();
  /** Locks whose table may have lost a grant to rot since it was committed. */
  readonly #rotten = new Set<number>();

  constructor(readTable: ReadTable, lockIndex: (lockId: Uint8Array) => number) {
    this.#readTable = readTable;
    this.#lockIndex = lockIndex;
  }

  inForce(lock: number): TableInForce | undefined {
    return this.#inForce.get(lock);
  }

  /** What a bearer may show at the lock under this id (hex), though it is not in the table (protocol.md §7). */
  carried(lock: number, grant: string): GrantClaims | undefined {
    const { roster, grants } = this.#inForce.get(lock) ?? {};
    if (!roster || grants?.has(grant) || roster.denied.some((id) => toHex(id) === grant)) return undefined;
    return this.#issued.get(grant)?.find(({ issuedAt }) => issuedAt >= roster.carriedFrom);
  }

  /** Returns what is wrong with a table that a lock has committed, or has after a boot. */
  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "grant-issued":
        this.#issue(happening.document);
        return undefined;
      case "roster-signed": {
        const { claims } = happening;
        const key = rosterKey(this.#lockIndex(claims.lockId), claims.generation, claims.epoch);
        this.#signed.set(key, [...(this.#signed.get(key) ?? []), claims]);
        return undefined;
      }
      case "fault":
        if (happening.fault === "flash-rot" && happening.lock !== undefined) this.#rotten.add(happening.lock);
        return undefined;
      case "record":
        return this.#record(happening);
      default:
        return undefined;
    }
  }

  #record({ lock, generation, record }: Happening & { kind: "record" }): string | undefined {
    switch (record.type) {
      case RecordType.factoryReset:
        this.#inForce.delete(lock);
        return undefined;
      case RecordType.rosterCommitted:
        return this.#commit(lock, generation, auxPair(record.aux)[1]);
      case RecordType.boot:
        return this.#lookAfterBoot(lock);
      default:
        return undefined;
    }
  }

  #issue(document: Uint8Array): void {
    const grant = parseGrant(deterministicSuite, document);
    if (!grant.ok) return;
    const { claims } = grant.value;
    const id = toHex(claims.id);
    this.#issued.set(id, [...(this.#issued.get(id) ?? []), claims]);
  }

  /** A power cut leaves the table that was committed last, whole (protocol.md §7). A grant whose cells have rotted is left out. */
  #lookAfterBoot(lock: number): string | undefined {
    if (this.#rotten.has(lock)) return undefined;
    const { roster, epoch } = this.#inForce.get(lock) ?? { roster: undefined, epoch: 0 };
    const digest = rosterDigest(deterministicSuite, this.#readTable(lock));
    const isWhole = equalBytes(digest, roster?.digest ?? rosterDigest(deterministicSuite, []));
    return isWhole ? undefined : `after a boot the table of lock ${lock} is not that of epoch ${epoch}`;
  }

  #commit(lock: number, generation: number, epoch: number): string | undefined {
    const documents = this.#readTable(lock);
    const digest = rosterDigest(deterministicSuite, documents);
    const signed = this.#signed.get(rosterKey(lock, generation, epoch)) ?? [];
    const roster = signed.find((claims) => equalBytes(claims.digest, digest) && claims.count === documents.length);
    if (!roster) return `it committed epoch ${epoch} with a table that no issuer has signed`;
    const grants = new Map<string, GrantClaims>();
    for (const document of documents) {
      const grant = parseGrant(deterministicSuite, document);
      if (grant.ok) grants.set(toHex(grant.value.claims.id), grant.value.claims);
    }
    this.#rotten.delete(lock);
    this.#inForce.set(lock, { epoch, staleAfter: roster.staleAfter, roster, grants });
    return undefined;
  }
}

function rosterKey(lock: number, generation: number, epoch: number): string {
  return `${lock} ${generation} ${epoch}`;
}
