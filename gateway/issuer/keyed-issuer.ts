import type { Suite } from "../../crypto/suite.ts";
import { type GrantClaims, signGrant } from "../../protocol/documents/grant.ts";
import { type KeyChange, signKeyChange } from "../../protocol/documents/key-change.ts";
import { type OrderClaims, signOrder } from "../../protocol/documents/order.ts";
import { type Receipt, signReceipt } from "../../protocol/documents/receipt.ts";
import { type RosterClaims, signRoster } from "../../protocol/documents/roster.ts";
import { signTimeToken, type TimeToken } from "../../protocol/documents/time-token.ts";
import type { Issuer } from "./issuer.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

/**
 * An issuer whose keys are here. Grants and rosters are always under the newest one, since a roster brings its lock along;
 * everything else is under the key that its lock trusts.
 */
export class KeyedIssuer implements Issuer {
  readonly #suite: Suite;
  readonly #keys: IssuerKeys;

  constructor(suite: Suite, keys: IssuerKeys) {
    this.#suite = suite;
    this.#keys = keys;
  }

  get publicKey(): Uint8Array {
    return this.#keys.publicKey;
  }

  async signGrant(claims: GrantClaims): Promise<Uint8Array> {
    return signGrant(this.#suite, this.#keys.current, claims);
  }

  async signRoster(claims: RosterClaims): Promise<Uint8Array> {
    return signRoster(this.#suite, this.#keys.current, claims);
  }

  async signReceipt(claims: Receipt): Promise<Uint8Array> {
    return signReceipt(this.#suite, this.#keys.keyFor(claims.lockId), claims);
  }

  async signTimeToken(claims: TimeToken): Promise<Uint8Array> {
    return signTimeToken(this.#suite, this.#keys.keyFor(claims.lockId), claims);
  }

  async signKeyChange(claims: KeyChange): Promise<Uint8Array> {
    return signKeyChange(this.#suite, this.#keys.current, claims);
  }

  async signOrder(claims: OrderClaims): Promise<Uint8Array> {
    return signOrder(this.#suite, this.#keys.keyFor(claims.lockId), claims);
  }
}
