import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Happening } from "../happening.ts";
import type { Truth } from "../oracle/truth.ts";
import type { Invariant } from "./invariant.ts";

/** By site, the grants whose revocation was answered. */
type Revoked = Map<number, Set<string>>;

/**
 * A grant whose revocation the API has answered opens nothing once its lock has committed a roster that was made afterwards. A
 * gateway put back from a backup has forgotten what was revoked since, and says so by being put back.
 */
export class RevokedStaysRevoked implements Invariant {
  readonly name = "a revoked grant opens nothing after the lock committed its epoch";
  readonly #truth: Truth;
  readonly #siteOf: (lock: number) => number;
  readonly #revoked: Revoked = new Map();
  readonly #backups: Revoked = new Map();
  /** Newest epoch that was signed before the revocation, by lock and grant. */
  readonly #signedEpoch = new Map<number, { generation: number; epoch: number }>();
  readonly #lockIndex: (lockId: Uint8Array) => number;
  readonly #goneFrom = new Map<string, { generation: number; epoch: number }>();

  constructor(truth: Truth, siteOf: (lock: number) => number, lockIndex: (lockId: Uint8Array) => number) {
    this.#truth = truth;
    this.#siteOf = siteOf;
    this.#lockIndex = lockIndex;
  }

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "roster-signed": {
        const { lockId, generation, epoch } = happening.claims;
        this.#signedEpoch.set(this.#lockIndex(lockId), { generation, epoch });
        return undefined;
      }
      case "grant-revoked":
        this.#revokedAt(happening.site).add(happening.grant);
        for (const [lock, signed] of this.#signedEpoch) {
          if (this.#siteOf(lock) === happening.site) this.#goneFrom.set(`${lock} ${happening.grant}`, signed);
        }
        return undefined;
      case "gateway":
        if (happening.what === "backed-up") this.#backups.set(happening.site, new Set(this.#revokedAt(happening.site)));
        if (happening.what === "restored")
          this.#revoked.set(happening.site, new Set(this.#backups.get(happening.site)));
        return undefined;
      case "record":
        return this.#record(happening);
      default:
        return undefined;
    }
  }

  /** Both what a lock commits and what it opens for. */
  #record({ lock, generation, record }: Happening & { kind: "record" }): string | undefined {
    const revoked = this.#revokedAt(this.#siteOf(lock));
    if (record.type === RecordType.intent) {
      const grant = toHex(record.aux);
      const inForce = this.#truth.inForce(lock);
      return revoked.has(grant) && inForce && this.#isGone(lock, grant, generation, inForce.epoch)
        ? `lock ${lock} acts for grant ${grant}, which is revoked`
        : undefined;
    }
    if (record.type !== RecordType.rosterCommitted) return undefined;
    const epoch = auxPair(record.aux)[1];
    for (const grant of this.#truth.inForce(lock)?.grants.keys() ?? []) {
      if (revoked.has(grant) && this.#isGone(lock, grant, generation, epoch)) {
        return `epoch ${epoch} of lock ${lock} has grant ${grant}, which was revoked before it was made`;
      }
    }
    return undefined;
  }

  #isGone(lock: number, grant: string, generation: number, epoch: number): boolean {
    const gone = this.#goneFrom.get(`${lock} ${grant}`);
    return gone !== undefined && gone.generation === generation && epoch >= gone.epoch;
  }

  #revokedAt(site: number): Set<string> {
    let grants = this.#revoked.get(site);
    if (!grants) {
      grants = new Set();
      this.#revoked.set(site, grants);
    }
    return grants;
  }
}
