import { granted } from "../../gateway/link/lock-disagrees.ts";
import { Action } from "../../protocol/documents/order.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { GrantListEntry, Responses } from "../../protocol/wire/responses.ts";
import { type CarriedLog, carryLogOut, type LogPosition } from "./carry-log-out.ts";
import { type CarriedRoster, deliverRoster, listGrants, type RosterDelivery } from "./deliver-roster.ts";
import { type Bearer, giveOrder, type OrderOutcome } from "./give-order.ts";
import type { PassSession, PhoneParts } from "./pass-session.ts";

/** What a courier has with it for one lock. */
export interface Cargo {
  readonly roster?: CarriedRoster;
  /** Signed by the issuer: what the lock may forget. */
  readonly receipts?: readonly Uint8Array[];
  /** How much of the lock's log is known already. */
  readonly known?: LogPosition;
}

/** What became of a courier's visit. */
export type CourierReport =
  | Exclude<OrderOutcome, { kind: "done" }>
  | {
      readonly kind: "served";
      /** For each receipt, in the order of the cargo: 0, or why the lock refused it. */
      readonly receipts: readonly Reason[];
      readonly roster?: RosterDelivery;
      readonly status: Responses["status"];
      /** Of the table; of the staging copy if a roster is still on its way. */
      readonly grants: readonly GrantListEntry[];
      /** Oldest generation first. */
      readonly logs: readonly CarriedLog[];
    };

/**
 * Serves a lock that no gateway reaches (protocol.md §5): an order of action 7, then receipts and roster in, events out.
 * Everything may be repeated, so after a TransportError or ProtocolError a new session simply begins again. Throws
 * LockDisagrees too.
 */
export async function serveAsCourier(
  parts: PhoneParts,
  session: PassSession,
  bearer: Bearer,
  { receipts = [], roster, known }: Cargo,
): Promise<CourierReport> {
  const order = await giveOrder(parts, session, bearer, Action.courier);
  if (order.kind !== "done") return order;
  // Receipts first, for they make room in the log; the log last, for it tells of the roster.
  const answers: Reason[] = [];
  for (const receipt of receipts) {
    const response = await session.command({ name: "ackLog", receipt });
    answers.push(response.ok ? Reason.done : response.refusal.reason);
  }
  const delivery = roster && (await deliverRoster(parts.suite, session, roster));
  const status = granted("to say how it is", await session.command({ name: "status" }));
  const grants = await listGrants(session);
  const logs = await carryLogOut(parts, session, known);
  return { kind: "served", receipts: answers, ...(delivery && { roster: delivery }), status, grants, logs };
}
