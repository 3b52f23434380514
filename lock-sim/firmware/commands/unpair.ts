import { Action, type OrderClaims, parseOrder } from "../../../protocol/documents/order.ts";
import { auxOf } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Response } from "../../../protocol/wire/responses.ts";
import type { Parts } from "../parts.ts";
import type { Caller } from "./caller.ts";
import { checkIssuerOrder } from "./issuer-order.ts";
import { refuse } from "./refuse.ts";
import { spendChallenge } from "./spend-challenge.ts";

const UNPAIRED = 1;

/** Forgets the slot that the issuer's order names. Sessions of that slot end once this answer is on its way. */
export function unpair(
  parts: Parts,
  caller: Caller,
  { order }: Extract<Command, { name: "unpair" }>,
): Response<"unpair"> {
  const parsed = parseOrder(parts.suite, order);
  if (!parsed.ok) return refuse(parsed.reason);
  const presented = spendChallenge(caller.challenge, parsed.value.claims);
  if (parsed.value.claims.action !== Action.unpair) return refuse(Reason.malformed);

  const reason = checkIssuerOrder(parts, parsed.value, presented);
  if (reason !== Reason.done) return refuse(reason, caller.challenge);
  const slot = slotOf(parsed.value.claims);
  if (!parts.slots.at(slot)) return refuse(Reason.notFound, caller.challenge);
  const event = { type: RecordType.paired, slot: caller.slot, n: UNPAIRED, aux: auxOf({ value: slot }) };
  parts.slots.forget(slot, new Map([parts.log.owed([event])]));
  parts.log.pay([event]);
  return { ok: true, value: { challenge: caller.challenge.bytes } };
}

/** grantId is 0^7 | slot (protocol.md §7). */
function slotOf({ grantId }: OrderClaims): number {
  return grantId.at(-1)!;
}
