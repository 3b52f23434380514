import { checkOrder } from "../../../protocol/access/order-check.ts";
import { type Order, verifyOrder } from "../../../protocol/documents/order.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Parts } from "../parts.ts";
import type { Presented } from "./spend-challenge.ts";

/**
 * Orders of actions 5 and 6: the issuer signs them, there is no grant (protocol.md §7). 5, 4, then the order's own
 * reason.
 */
export function checkIssuerOrder(
  { suite, trust, identity, clock }: Parts,
  order: Order,
  { challenge, challengeAgeSeconds }: Presented,
): Reason {
  if (!trust.issuerPk) return Reason.unknownKey;
  const verified = verifyOrder(suite, order.document, trust.issuerPk);
  if (!verified.ok) return verified.reason;
  return checkOrder({
    order: verified.value,
    lockId: identity.label.lockId,
    challenge,
    challengeAgeSeconds,
    now: clock.now(),
    timeUncertain: clock.isUncertain(),
    essential: false,
  });
}
