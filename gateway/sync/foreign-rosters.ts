import type { Clock } from "../../protocol/clock.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { ForeignRoster } from "../api/services.ts";
import type { Log } from "../log.ts";
import type { Observer } from "../metrics/observer.ts";
import type { ForeignRosterRow, ForeignRosterStore } from "../store/foreign-roster-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import type { TableWord } from "./roster-sync.ts";

/** Two gateways with one issuer's key would overwrite each other for ever: so many times in a day, then somebody has to decide. */
const RENEWALS_MAX = 3;
const RENEWALS_WITHIN_MS = 24 * 3_600_000;

export interface ForeignRostersParts {
  clock: Clock;
  log: Log;
  observer: Observer;
  store: ForeignRosterStore;
  rosters: Pick<RosterStore, "wantedEpoch">;
  /** Makes a wanted roster with an epoch above the one that the lock reports; absent if the issuer is elsewhere. */
  renew: ((lockId: string) => Promise<void>) | undefined;
}

/** What is done about locks that have a roster which nobody here has made: each is reported once, and overwritten a few times at most. */
export class ForeignRosters {
  readonly #parts: ForeignRostersParts;

  constructor(parts: ForeignRostersParts) {
    this.#parts = parts;
  }

  get(lockId: string): ForeignRoster | undefined {
    return this.#parts.store.get(lockId);
  }

  /** Says once, in the log and the metrics, that the lock has this table. */
  async report(lockId: string, { epoch, rosterDigest: digest }: TableWord): Promise<ForeignRosterRow> {
    const { clock, log, observer, store } = this.#parts;
    const known = store.get(lockId);
    if (known && known.epoch === epoch && equalBytes(known.digest, digest)) return known;
    const renewedEpoch = known?.renewedEpoch ?? 0;
    const row = { epoch, digest, atMs: clock.wallMs(), renewals: this.#renewals(lockId, known), renewedEpoch };
    await store.put(lockId, row);
    log.warn({ lockId, epoch }, `The lock has roster ${epoch}, which was not made here.`);
    observer.foreignRoster(lockId);
    return row;
  }

  /** Reports it and makes a newer one, unless that has been done too often: then it is for a person, or the issuer, to decide. */
  async answer(lockId: string, word: TableWord): Promise<"renewed" | "stopped"> {
    const { store, rosters, renew } = this.#parts;
    const row = await this.report(lockId, word);
    if (!renew || row.renewals >= RENEWALS_MAX) return "stopped";
    await renew(lockId);
    await store.put(lockId, { ...row, renewals: row.renewals + 1, renewedEpoch: rosters.wantedEpoch(lockId) });
    return "renewed";
  }

  /** A person has decided that what is wanted here is right. */
  async approve(lockId: string): Promise<void> {
    const known = this.#parts.store.get(lockId);
    if (known) await this.#parts.store.put(lockId, { ...known, renewals: 0 });
  }

  /** What a lock that is left alone has, and who can mend it. */
  describe(lockId: string): string {
    const has = `The lock has roster ${this.get(lockId)?.epoch}, which`;
    if (!this.#parts.renew)
      return `${has} has not come through this gateway: its issuer has to send that one, or a newer one.`;
    return `${has} was not made here: another gateway or tool has changed it, and overwriting it has not helped. If this gateway is right, say so: portvakt sync ${lockId} --approve`;
  }

  /** Until now. */
  #renewals(lockId: string, known: ForeignRosterRow | undefined): number {
    if (!known) return 0;
    // What is wanted was made by somebody since, or by the issuer.
    if (this.#parts.rosters.wantedEpoch(lockId) !== known.renewedEpoch) return 0;
    const isLongAgo = this.#parts.clock.wallMs() - known.atMs >= RENEWALS_WITHIN_MS;
    return isLongAgo && known.renewals < RENEWALS_MAX ? 0 : known.renewals;
  }
}
