import { join } from "node:path";
import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { type GrantClaims, signGrant } from "../../protocol/documents/grant.ts";
import { type KeyChange, signKeyChange } from "../../protocol/documents/key-change.ts";
import { type OrderClaims, signOrder } from "../../protocol/documents/order.ts";
import { type Receipt, signReceipt } from "../../protocol/documents/receipt.ts";
import { type RosterClaims, signRoster } from "../../protocol/documents/roster.ts";
import { signTimeToken, type TimeToken } from "../../protocol/documents/time-token.ts";
import type { Random } from "../../protocol/random.ts";
import type { Issuer, Operator } from "./issuer.ts";
import { loadKeyFile } from "./key-file.ts";

/**
 * The issuer of a gateway that stands alone, and its operator. Their keys are the files `issuer.key` and `operator.key`:
 * whoever holds both can open every door of this gateway.
 */
export class LocalIssuer implements Issuer {
  readonly publicKey: Uint8Array;
  readonly operator: Operator;
  readonly #suite: Suite;
  readonly #key: Secret;

  private constructor(suite: Suite, issuerKey: Secret, operatorKey: Secret) {
    this.#suite = suite;
    this.#key = issuerKey;
    this.publicKey = suite.p256PublicKey(issuerKey);
    this.operator = {
      publicKey: suite.p256PublicKey(operatorKey),
      signOrder: async (claims) => signOrder(suite, operatorKey, claims),
    };
  }

  /** Reads the key files in `directory`, or makes those that are not there. Throws KeyFileError. */
  static load(directory: string, suite: Suite, random: Random): LocalIssuer {
    const issuerKey = loadKeyFile(join(directory, "issuer.key"), suite, random);
    const operatorKey = loadKeyFile(join(directory, "operator.key"), suite, random);
    return new LocalIssuer(suite, issuerKey, operatorKey);
  }

  async signGrant(claims: GrantClaims): Promise<Uint8Array> {
    return signGrant(this.#suite, this.#key, claims);
  }

  async signRoster(claims: RosterClaims): Promise<Uint8Array> {
    return signRoster(this.#suite, this.#key, claims);
  }

  async signReceipt(claims: Receipt): Promise<Uint8Array> {
    return signReceipt(this.#suite, this.#key, claims);
  }

  async signTimeToken(claims: TimeToken): Promise<Uint8Array> {
    return signTimeToken(this.#suite, this.#key, claims);
  }

  async signKeyChange(claims: KeyChange): Promise<Uint8Array> {
    return signKeyChange(this.#suite, this.#key, claims);
  }

  async signOrder(claims: OrderClaims): Promise<Uint8Array> {
    return signOrder(this.#suite, this.#key, claims);
  }
}
