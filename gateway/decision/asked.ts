import type { GrantedAction } from "../../protocol/access/decide.ts";
import { type CredentialKind, type GrantClaims, kindOf } from "../../protocol/documents/grant.ts";

/** How the bearer comes: with a tag or a PIN, with an order by a grant that the lock has, or with its grant and an order. */
export const VIAS = ["door", "order", "carried"] as const;
export type Via = (typeof VIAS)[number];

/** What is asked of a lock beforehand; what is left out is told by the grant. */
export interface Asked {
  action: GrantedAction;
  /** Seconds since 1970 UTC. */
  at: number;
  via?: Via;
  /** What the bearer will show; all that the grant has if absent. */
  kinds?: ReadonlySet<CredentialKind>;
  /** Whether somebody inside wants to be left alone. */
  privacy: boolean;
  timeUncertain: boolean;
  /** How often the lock has let the grant be used; as its log tells if absent. */
  used?: number;
}

export const TAG: CredentialKind = 1;
export const PIN: CredentialKind = 2;
export const KEY: CredentialKind = 3;

/** The kinds that the bearer can show: those that were asked for, as far as the grant has them. */
export function kindsOf({ credentials }: GrantClaims, { kinds }: Asked): Set<CredentialKind> {
  return new Set(credentials.map(kindOf).filter((kind) => !kinds || kinds.has(kind)));
}
