import type { GrantClaims } from "../../protocol/documents/grant.ts";
import type { KeyChange } from "../../protocol/documents/key-change.ts";
import type { OrderClaims } from "../../protocol/documents/order.ts";
import type { Receipt } from "../../protocol/documents/receipt.ts";
import type { RosterClaims } from "../../protocol/documents/roster.ts";
import type { TimeToken } from "../../protocol/documents/time-token.ts";

/** Signs rights for the locks that trust it (protocol.md §7). Its key may be far away, so every answer is awaited. */
export interface Issuer {
  /** Compressed point, 33 bytes: the trust anchor that PAIR gives a lock. */
  readonly publicKey: Uint8Array;
  signGrant(claims: GrantClaims): Promise<Uint8Array>;
  signRoster(claims: RosterClaims): Promise<Uint8Array>;
  signReceipt(claims: Receipt): Promise<Uint8Array>;
  signTimeToken(claims: TimeToken): Promise<Uint8Array>;
  /** Names the key that follows this one; a roster under the new key carries it (setting 11). */
  signKeyChange(claims: KeyChange): Promise<Uint8Array>;
  /** For actions 5 and 6 alone; orders that move a bolt are their bearer's. */
  signOrder(claims: OrderClaims): Promise<Uint8Array>;
}

/** The bearer that acts for whoever asks over the API: its grant stands in the rosters, its key signs their orders. */
export interface Operator {
  /** Compressed point, 33 bytes: the cnf of its grants. */
  readonly publicKey: Uint8Array;
  signOrder(claims: OrderClaims): Promise<Uint8Array>;
}
