import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { type GrantClaims, parseGrant, signGrant } from "../../../protocol/documents/grant.ts";
import { type OrderClaims, signOrder } from "../../../protocol/documents/order.ts";
import { type Receipt, signReceipt } from "../../../protocol/documents/receipt.ts";
import { type RosterClaims, rosterDigest, signRoster } from "../../../protocol/documents/roster.ts";
import { type SiteSecrets, sealSiteSecrets } from "../../../protocol/documents/sealed.ts";
import { signTimeToken, type TimeToken } from "../../../protocol/documents/time-token.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Door } from "./door.ts";

/** A roster as its issuer sent it down, with the grants of its table. */
export interface IssuedRoster {
  readonly lockId: string;
  readonly generation: number;
  readonly epoch: number;
  readonly document: Uint8Array;
  readonly claims: RosterClaims;
  readonly grants: readonly Uint8Array[];
}

/** All that the issuer has and knows. */
export interface IssuerBooks {
  readonly key: Secret;
  readonly secrets: SiteSecrets;
  readonly rosters: readonly IssuedRoster[];
  readonly granted: readonly Uint8Array[];
}

/** What a roster is to say of itself. */
export type RosterWish = Partial<Pick<RosterClaims, "staleAfter" | "carriedFrom" | "denied" | "settings">>;

/** The issuer, somewhere far away: its keys are never where a thief of the gateway comes. It remembers what it has signed. */
export class FarIssuer implements IssuerBooks {
  readonly key: Secret;
  readonly secrets: SiteSecrets;
  readonly #random: Random;
  readonly rosters: IssuedRoster[];
  readonly granted: Uint8Array[];

  constructor(random: Random, { key, secrets, rosters, granted }: IssuerBooks) {
    this.#random = random;
    this.key = key;
    this.secrets = secrets;
    this.rosters = [...rosters];
    this.granted = [...granted];
  }

  get publicKey(): Uint8Array {
    return suite.p256PublicKey(this.key);
  }

  grant(claims: GrantClaims): Uint8Array {
    const document = signGrant(suite, this.key, claims);
    this.granted.push(document);
    return document;
  }

  /** The next roster of the door; what it does not say stays as the one before had it. */
  roster(door: Door, issuedAt: number, grants: readonly Uint8Array[], wish: RosterWish): IssuedRoster {
    const { generation } = door.inside;
    const before = this.newest(door.id, generation);
    const claims: RosterClaims = {
      lockId: door.lockId,
      generation,
      epoch: (before?.epoch ?? 0) + 1,
      issuedAt,
      staleAfter: before?.claims.staleAfter ?? 0,
      carriedFrom: before?.claims.carriedFrom ?? 0,
      denied: before?.claims.denied ?? [],
      settings: before?.claims.settings ?? {},
      ...wish,
      count: grants.length,
      digest: rosterDigest(suite, grants),
    };
    const document = signRoster(suite, this.key, claims);
    const issued = { lockId: door.id, generation, epoch: claims.epoch, document, claims, grants: [...grants] };
    this.rosters.push(issued);
    return issued;
  }

  newest(lockId: string, generation: number): IssuedRoster | undefined {
    return this.rosters.findLast((roster) => roster.lockId === lockId && roster.generation === generation);
  }

  sealedFor(door: Door): Uint8Array {
    return sealSiteSecrets(suite, this.#random, { lockId: door.lockId, boxPk: door.boxPk }, this.secrets);
  }

  receipt(receipt: Receipt): Uint8Array {
    return signReceipt(suite, this.key, receipt);
  }

  timeToken(token: TimeToken): Uint8Array {
    return signTimeToken(suite, this.key, token);
  }

  /** For actions 5 and 6. */
  order(order: OrderClaims): Uint8Array {
    return signOrder(suite, this.key, order);
  }
}

/** The id of a grant that is known to be one. */
export function grantIdOf(document: Uint8Array): Uint8Array {
  return claimsOf(document).id;
}

export function claimsOf(document: Uint8Array): GrantClaims {
  const parsed = parseGrant(suite, document);
  if (!parsed.ok) throw new RangeError("this is no grant");
  return parsed.value.claims;
}
