import type { Suite } from "../../../crypto/suite.ts";
import type { RosterClaims } from "../../../protocol/documents/roster.ts";
import { openSiteSecrets, type SiteSecrets } from "../../../protocol/documents/sealed.ts";
import type { ActiveRoster } from "../active-roster.ts";
import type { Identity } from "../storage/identity.ts";

/** The site's secrets of the roster that holds now, opened at their first use. They live in RAM only. */
export class OpenedSecrets {
  readonly #suite: Suite;
  readonly #identity: Identity;
  readonly #roster: ActiveRoster;
  #openedFrom: RosterClaims | undefined;
  #secrets: SiteSecrets | undefined;

  constructor(suite: Suite, identity: Identity, roster: ActiveRoster) {
    this.#suite = suite;
    this.#identity = identity;
    this.#roster = roster;
  }

  /** Undefined if the roster has none: tags and PINs then get 15 (protocol.md §7). */
  get(): SiteSecrets | undefined {
    const { claims } = this.#roster;
    if (claims !== this.#openedFrom) {
      this.wipe();
      this.#secrets = this.#open(claims?.settings.sealedSecrets);
      this.#openedFrom = claims;
    }
    return this.#secrets;
  }

  wipe(): void {
    this.#secrets?.tagMasterKey.wipe();
    this.#secrets?.pinPepper.wipe();
    this.#secrets = undefined;
    this.#openedFrom = undefined;
  }

  #open(sealed: Uint8Array | undefined): SiteSecrets | undefined {
    if (!sealed) return undefined;
    const { label, boxKey } = this.#identity;
    const opened = openSiteSecrets(this.#suite, { lockId: label.lockId, boxKey }, sealed);
    if (!opened.ok) throw new Error("the roster's secrets were opened before it was committed");
    return opened.value;
  }
}
