import { isDeepStrictEqual } from "node:util";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock, Timer } from "../../protocol/clock.ts";
import { parseRoster, type RosterClaims } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { KeyFileError } from "../issuer/key-file.ts";
import type { Log } from "../log.ts";
import type { RosterStore } from "../store/roster-store.ts";
import { StoreError } from "../store/store-error.ts";
import type { KeyChanges } from "./key-changes.ts";
import type { RightsStores } from "./lock-rights.ts";
import { rosterSettings, staleAfter } from "./roster-claims.ts";
import { settingsInForce } from "./settings-in-force.ts";
import type { WantedRosters } from "./wanted-rosters.ts";

const LOOK_EVERY_MS = 3_600_000;

export interface RosterKeeperParts extends RightsStores {
  rosters: RosterStore;
  wanted: WantedRosters;
  suite: Suite;
  clock: Clock;
  log: Log;
  /** Where the gateway itself asks the locks which roster they have: what others report may be a lie, and a key that is gone is gone. */
  keyChanges?: KeyChanges;
}

/**
 * Renews rosters that nobody has changed: those of which half the time until they are stale has gone, those that the
 * configuration has overtaken, and those that a wrong clock has spoilt. Where it may, it wipes the issuer's old key when no
 * lock needs that any more.
 */
export class RosterKeeper {
  readonly #parts: RosterKeeperParts;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: RosterKeeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking = this.look();
    this.#timer = this.#parts.clock.schedule(LOOK_EVERY_MS, () => this.start());
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#looking;
  }

  /** Once; what is wrong with the disk goes to the log. */
  async look(): Promise<void> {
    const { locks, log, wanted, keyChanges } = this.#parts;
    const due = locks
      .list()
      .map(({ lockId }) => lockId)
      .filter((lockId) => this.#isDue(lockId));
    try {
      if (due.length > 0) await wanted.change(() => due.filter((lockId) => locks.get(lockId)));
      keyChanges?.endIfMoved();
    } catch (error) {
      // A full disk may have room again the next time.
      if (!(error instanceof StoreError || error instanceof KeyFileError)) throw error;
      log.error({ code: error instanceof StoreError ? error.code : "key-file" }, error.message);
    }
  }

  #isDue(lockId: string): boolean {
    const { rosters, suite } = this.#parts;
    const document = rosters.document(lockId);
    const roster = document && parseRoster(suite, document);
    // A lock that has no roster yet is being paired.
    if (!roster?.ok) return false;
    const { claims } = roster.value;
    return this.#isHalfOver(claims) || this.#isOvertaken(claims, lockId) || this.#isWrongOnCarried(claims, lockId);
  }

  /** One that was made while this machine's clock was far ahead took grants for ended that have not: it lets revoked ones in, or shuts out living ones. */
  #isWrongOnCarried({ denied, carriedFrom }: RosterClaims, lockId: string): boolean {
    const { grants } = this.#parts;
    const now = this.#nowSeconds();
    const deniedIds = new Set(denied.map(toHex));
    const letsIn = grants
      .revokedForLock(lockId, now)
      .some(({ id, issuedAt }) => issuedAt >= carriedFrom && !deniedIds.has(id));
    return letsIn || (carriedFrom > 0 && grants.carriedForLock(lockId, carriedFrom, now).length > 0);
  }

  #isHalfOver({ issuedAt, staleAfter: end }: RosterClaims): boolean {
    return end !== 0 && this.#nowSeconds() >= (issuedAt + end) / 2;
  }

  #isOvertaken({ issuedAt, staleAfter: end, settings }: RosterClaims, lockId: string): boolean {
    const { settings: settingsStore, groups, site } = this.#parts;
    const { sealedSecrets: _, keyChange: __, ...said } = settings;
    const rights = { settings: settingsInForce(settingsStore, site, lockId), groupIds: groups.ofLock(lockId) };
    return end !== staleAfter(issuedAt, site.staleAfterDays) || !isDeepStrictEqual(said, rosterSettings(rights));
  }

  #nowSeconds(): number {
    return Math.floor(this.#parts.clock.wallMs() / 1000);
  }
}
