import { join } from "node:path";
import type { Suite } from "../../crypto/suite.ts";
import { signOrder } from "../../protocol/documents/order.ts";
import type { Random } from "../../protocol/random.ts";
import type { Operator } from "./issuer.ts";
import { IssuerKeys, type KeyMoves, NEVER_MOVED } from "./issuer-keys.ts";
import { loadKeyFile } from "./key-file.ts";
import { KeyedIssuer } from "./keyed-issuer.ts";

/**
 * The issuer of a gateway that stands alone, and its operator. Their keys are the files `issuer.key` and `operator.key`:
 * whoever holds both can open every door of this gateway.
 */
export class LocalIssuer extends KeyedIssuer {
  readonly keys: IssuerKeys;
  readonly operator: Operator;

  private constructor(suite: Suite, keys: IssuerKeys, operator: Operator) {
    super(suite, keys);
    this.keys = keys;
    this.operator = operator;
  }

  /** Reads the key files in `directory`, or makes those that are not there. Throws KeyFileError. */
  static load(directory: string, suite: Suite, random: Random, moves: KeyMoves = NEVER_MOVED): LocalIssuer {
    const keys = IssuerKeys.load(directory, suite, random, moves);
    const operatorKey = loadKeyFile(join(directory, "operator.key"), suite, random);
    return new LocalIssuer(suite, keys, {
      publicKey: suite.p256PublicKey(operatorKey),
      signOrder: async (claims) => signOrder(suite, operatorKey, claims),
    });
  }
}
