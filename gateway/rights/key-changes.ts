import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { parseGrant } from "../../protocol/documents/grant.ts";
import type { Random } from "../../protocol/random.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { IssuerKeys } from "../issuer/issuer-keys.ts";
import type { Database } from "../store/database.ts";
import type { GrantStore } from "../store/grant-store.ts";
import type { KeyChangeStore } from "../store/key-change-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import type { Grants } from "./grants.ts";
import type { RightsStores } from "./lock-rights.ts";
import type { Reissue } from "./reissue.ts";
import type { WantedRosters } from "./wanted-rosters.ts";

/** A lock whose clock is behind takes the new key all the same. */
const NOT_BEFORE_SECONDS_AGO = 86_400;

/** The key can not be changed now; the message is one sentence that says why. */
export class KeyChangeRefused extends Error {
  override readonly name = "KeyChangeRefused";
}

export interface KeyChangesParts extends Pick<RightsStores, "locks"> {
  database: Database;
  /** Undefined where the issuer signs with keys that it alone has. */
  keys: IssuerKeys | undefined;
  issuer: Issuer;
  store: KeyChangeStore;
  grants: Grants;
  grantStore: GrantStore;
  rosters: RosterStore;
  wanted: WantedRosters;
  suite: Suite;
  clock: Clock;
  random: Random;
}

/**
 * Gives the issuer another key without anybody going to a lock (protocol.md §7, key change): the old key signs the new one, each
 * lock's next roster brings it along, and what is signed for a lock is under the key that it trusts.
 */
export class KeyChanges {
  readonly #parts: KeyChangesParts;

  constructor(parts: KeyChangesParts) {
    this.#parts = parts;
  }

  get isUnderWay(): boolean {
    return this.#parts.keys?.isChanging ?? false;
  }

  /** Ids of the locks that are not known to trust the newest key, in ascending order; none if it has never changed. */
  waiting(): string[] {
    return this.#parts.store.waiting();
  }

  /**
   * Draws a new key and signs every living grant and every roster under it; when this resolves, that is durable. Carried grants
   * have to be handed out again. Rejects with KeyChangeRefused, KeyFileError or StoreError, and nothing has changed then.
   */
  begin(): Promise<void> {
    return this.#parts.grants.alone(() => this.#begin());
  }

  /** Whatever was heard of these locks, they may not have moved: their next rosters bring them along again. Rejects with StoreError. */
  doubt(lockIds: readonly string[]): Promise<void> {
    const { database, store } = this.#parts;
    return database.write(() => store.doubt(lockIds));
  }

  /** Wipes the old key. A lock that has not moved can be told no time any more, but a roster still brings it along. Throws KeyFileError. */
  end(): void {
    this.#parts.keys?.end();
  }

  /** The same if no lock needs the old key. Throws KeyFileError. */
  endIfMoved(): void {
    if (this.isUnderWay && this.waiting().length === 0) this.end();
  }

  async #begin(): Promise<void> {
    const { keys, issuer, store, wanted, clock, random } = this.#parts;
    if (!keys) throw new KeyChangeRefused("the issuer's key is not here");
    this.endIfMoved();
    // One key change leads a lock one step: one that still trusts the key before the last could not follow.
    const [first, ...others] = this.waiting();
    if (first !== undefined) {
      const who = others.length === 0 ? `lock ${first}` : `lock ${first} and ${others.length} more`;
      throw new KeyChangeRefused(`${who} must move to the key of the last change first, or be removed`);
    }
    const newIssuerPk = keys.drawNext(random);
    const notBefore = Math.max(0, Math.floor(clock.wallMs() / 1000) - NOT_BEFORE_SECONDS_AGO);
    const document = await issuer.signKeyChange({ newIssuerPk, notBefore });
    await wanted.changePrepared({
      prepare: async () => {
        keys.begin();
        const signed = await this.#signAnew();
        return () => {
          store.begin(newIssuerPk, document);
          return this.#putAll(signed);
        };
      },
      undo: () => {
        if (keys.isChanging) keys.undo();
      },
    });
  }

  #signAnew(): Promise<Reissue[]> {
    const { grantStore, issuer, suite } = this.#parts;
    return Promise.all(
      grantStore.livingDocuments().map(async ({ id, document }) => {
        const grant = parseGrant(suite, document);
        if (!grant.ok) throw new RangeError(`the stored grant ${id} is no grant`);
        const { claims } = grant.value;
        return { id, issuedAt: claims.issuedAt, document: await issuer.signGrant(claims) };
      }),
    );
  }

  /** Inside `Database.write`. Names the locks that have a roster: the others get their first one under the new key. */
  #putAll(signed: readonly Reissue[]): string[] {
    const { grantStore, locks, rosters } = this.#parts;
    for (const { id, document, issuedAt } of signed) grantStore.reissue(id, document, issuedAt);
    grantStore.removeOperatorGrants();
    return locks
      .list()
      .map(({ lockId }) => lockId)
      .filter((lockId) => rosters.wantedEpoch(lockId) > 0);
  }
}
