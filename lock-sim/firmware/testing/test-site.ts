import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { type GrantClaims, Right, signGrant } from "../../../protocol/documents/grant.ts";
import { Action, type OrderClaims, signOrder } from "../../../protocol/documents/order.ts";
import { type RosterClaims, rosterDigest, signRoster } from "../../../protocol/documents/roster.ts";
import { signTimeToken, type TimeToken } from "../../../protocol/documents/time-token.ts";
import type { Random } from "../../../protocol/random.ts";

/**
 * A grant as a test wants it: what it leaves out is a right to unlock, lock and hold for a year. `key` signs in the
 * issuer's place.
 */
export type GrantWish = Partial<Omit<GrantClaims, "bearerKey">> & {
  readonly bearerKey?: Uint8Array | undefined;
  readonly key?: Secret;
};

/** An issuer and one bearer, with keys of their own; they sign whatever a test wants. */
export class TestSite {
  readonly suite: Suite;
  readonly lockId: Uint8Array;
  readonly issuerKey: Secret;
  readonly issuerPk: Uint8Array;
  readonly bearerKey: Secret;
  readonly bearerPk: Uint8Array;
  readonly random: Random;

  constructor(suite: Suite, random: Random, lockId: Uint8Array) {
    this.suite = suite;
    this.random = random;
    this.lockId = lockId;
    this.issuerKey = this.newKey();
    this.issuerPk = suite.p256PublicKey(this.issuerKey);
    this.bearerKey = this.newKey();
    this.bearerPk = suite.p256PublicKey(this.bearerKey);
  }

  newKey(): Secret {
    return this.suite.p256PrivateKey((length) => this.random.bytes(length));
  }

  /** An id of 8 bytes that are all `digit`. */
  static id(digit: number): Uint8Array {
    return new Uint8Array(8).fill(digit);
  }

  grant(now: number, id: Uint8Array, wish: GrantWish = {}): Uint8Array {
    const { key = this.issuerKey, ...asked } = wish;
    const { bearerKey, ...claims } = { bearerKey: this.bearerPk, ...asked };
    return signGrant(this.suite, key, {
      subject: TestSite.id(0x5b),
      audience: [this.lockId],
      issuedAt: now - 60,
      expires: now + 365 * 86_400,
      id,
      ...(bearerKey && { bearerKey }),
      credentials: [{ kind: "key" }],
      rights: Right.unlock | Right.lock | Right.hold,
      ...claims,
    });
  }

  roster(
    now: number,
    epoch: number,
    grants: readonly Uint8Array[],
    wish: Partial<RosterClaims> & { readonly key?: Secret } = {},
  ): Uint8Array {
    const { key = this.issuerKey, ...claims } = wish;
    return signRoster(this.suite, key, {
      lockId: this.lockId,
      generation: 0,
      epoch,
      issuedAt: now,
      staleAfter: 0,
      count: grants.length,
      digest: rosterDigest(this.suite, grants),
      carriedFrom: 0,
      denied: [],
      settings: {},
      ...claims,
    });
  }

  order(
    now: number,
    challenge: Uint8Array,
    grantId: Uint8Array,
    wish: Partial<OrderClaims> & { readonly key?: Secret } = {},
  ): Uint8Array {
    const { key = this.bearerKey, ...claims } = wish;
    return signOrder(this.suite, key, {
      lockId: this.lockId,
      challenge,
      action: Action.unlock,
      grantId,
      notAfter: now + 60,
      ...claims,
    });
  }

  timeToken(now: number, challenge: Uint8Array, wish: Partial<TimeToken> & { readonly key?: Secret } = {}): Uint8Array {
    const { key = this.issuerKey, ...claims } = wish;
    return signTimeToken(this.suite, key, { lockId: this.lockId, challenge, time: now, ...claims });
  }
}
