import { parseGrant } from "../../../protocol/documents/grant.ts";
import { Action, type Order, parseOrder } from "../../../protocol/documents/order.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import { type Command, GRANT_ID_BYTES } from "../../../protocol/wire/commands.ts";
import { type Checked, Reason } from "../../../protocol/wire/reason.ts";
import type { Response } from "../../../protocol/wire/responses.ts";
import type { Challenge } from "../challenge.ts";
import { checkLock } from "../check-lock.ts";
import { type Decision, decideByGrant, type ShownGrant } from "../decide-by-grant.ts";
import type { Outcome } from "../journal.ts";
import type { Parts } from "../parts.ts";
import { recordRefusal } from "../record-refusal.ts";
import { stateFlags } from "../state-flags.ts";
import type { Caller } from "./caller.ts";
import { checkIssuerOrder } from "./issuer-order.ts";
import { refuse } from "./refuse.ts";
import { type Presented, spendChallenge } from "./spend-challenge.ts";

/**
 * ACT (protocol.md §6, §8): decide → (no: a record, the reason) → INTENT → act → DONE. "later" while the bolt is on
 * its way; the outcome then comes from `Acts.poll`.
 */
export function act(
  parts: Parts,
  caller: Caller,
  command: Extract<Command, { name: "act" }>,
): Response<"act"> | "later" {
  const order = parseOrder(parts.suite, command.order);
  if (!order.ok) return refuse(order.reason);
  const { claims } = order.value;
  const presented = spendChallenge(caller.challenge, claims);

  const shown = readShown(parts, command.grant);
  if (!shown.ok) return refuse(shown.reason);
  const isOrders = claims.action === command.action && equalBytes(claims.grantId, shown.value.id);
  if (!isOrders) return refuse(Reason.malformed);
  if (!mayOrder(caller, claims.action)) return refuse(Reason.notAllowed);

  const decision = decideAct(parts, shown.value, order.value, presented);
  const reason = decision.reason === Reason.done ? checkLock(parts, claims.action) : decision.reason;
  if (reason !== Reason.done) {
    const isStranger = caller.bearer !== undefined && !decision.isGrantGood;
    recordRefusal(parts, { slot: caller.slot, reason, grantId: claims.grantId, isStranger });
    parts.hal.signals.show("refused");
    return refuse(reason, caller.challenge);
  }
  if (caller.bearer) {
    parts.openLimits.strangerProven();
    caller.bearer.acceptedAtMs = parts.hal.uptime.milliseconds();
  }
  const { slot, counter } = caller;
  const { action, grantId, challenge } = claims;
  const outcome = parts.acts.start({ slot, action, grantId, counter, challenge });
  if (!outcome) return "later";
  if (caller.bearer && action === Action.courier) caller.bearer.isCourier = true;
  return actResponse(parts, outcome, caller.challenge);
}

/** What an ACT that was carried out is answered, now or from its record. */
export function actResponse(parts: Parts, { result, seq }: Outcome, challenge: Challenge): Response<"act"> {
  if (result !== Reason.done) return refuse(result, challenge);
  return { ok: true, value: { flags: stateFlags(parts), seq, challenge: challenge.bytes } };
}

/** An id, or a whole grant that its bearer carries. */
function readShown({ suite }: Parts, bytes: Uint8Array): Checked<ShownGrant> {
  if (bytes.length === GRANT_ID_BYTES) return { ok: true, value: { id: bytes } };
  const grant = parseGrant(suite, bytes);
  return grant.ok ? { ok: true, value: { id: grant.value.claims.id, carried: grant.value } } : grant;
}

/** Action 6 belongs to UNPAIR, and a gateway needs no right to be a courier. */
function mayOrder({ bearer }: Caller, action: Action): boolean {
  if (action === Action.unpair) return false;
  return action !== Action.courier || bearer !== undefined;
}

function decideAct(parts: Parts, shown: ShownGrant, order: Order, presented: Presented): Decision {
  const { action } = order.claims;
  if (action === Action.allowPairing || action === Action.unpair) {
    const reason = checkIssuerOrder(parts, order, presented);
    return { reason, isGrantGood: reason !== Reason.unknownKey && reason !== Reason.signature };
  }
  return decideByGrant(parts, shown, order, action, presented);
}
