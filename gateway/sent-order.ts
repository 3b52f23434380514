import assert from "node:assert/strict";
import type { Action } from "../protocol/documents/order.ts";
import { fromHex } from "../protocol/wire/bytes.ts";
import { UINT_MAX } from "../protocol/wire/cbor-shape.ts";
import { Reason } from "../protocol/wire/reason.ts";
import type { Response } from "../protocol/wire/responses.ts";
import { outcomeOf } from "./act-outcome.ts";
import type { ActOutcome } from "./api/services.ts";
import type { Operator } from "./issuer/issuer.ts";
import type { LockSession } from "./link/lock-session.ts";
import type { LogEnd } from "./link/lock-word.ts";
import { OPERATOR_GRANT_ID } from "./rights/operator-grant.ts";

/** By the lock's own clock; the challenge is what makes an order good for once only. */
const ORDER_LIVES_SECONDS = 60;
const GRANT_ID = fromHex(OPERATOR_GRANT_ID);

/** An order on its way: what it takes to find it again in the lock's log. */
export interface SentOrder {
  action: Action;
  /** The grant's id, or the grant itself where the lock has it not. */
  grant: Uint8Array;
  document: Uint8Array;
  challenge: Uint8Array;
  /** `H(S1)[0..8]` if an S1 carried it. */
  resumeTag: Uint8Array | undefined;
  /** Where the log ended at some moment before. */
  logEnd: LogEnd;
}

/** No order was made: there was no session to make it in. */
export type NotSent = { kind: "not-sent"; trouble: string };

/** The lock has certainly not acted on the order, and never will. `reason` as it said, if it said so. */
export type DidNothing = { kind: "did-nothing"; trouble: string; reason?: Reason };

/** Only who signed the order can make another, and has to know why. */
export function outcomeOfCarrying(attempt: ActOutcome | DidNothing | NotSent): ActOutcome {
  switch (attempt.kind) {
    case "not-sent":
      return { kind: "unreachable", message: attempt.trouble };
    case "did-nothing":
      if (attempt.reason !== undefined) return { kind: "refused", reason: attempt.reason };
      return { kind: "unreachable", message: attempt.trouble };
    default:
      return attempt;
  }
}

/** Signed by the operator, over what the lock told last; the session is prepared. */
export async function makeOrder(
  session: LockSession,
  operator: Operator,
  lockId: string,
  action: Action,
): Promise<SentOrder> {
  const { challenge, lockSeconds, logEnd } = session.word.whole ?? {};
  assert(challenge && lockSeconds !== undefined && logEnd, "an act is prepared first");
  const document = await operator.signOrder({
    lockId: fromHex(lockId),
    challenge,
    action,
    grantId: GRANT_ID,
    notAfter: Math.min(lockSeconds + ORDER_LIVES_SECONDS, UINT_MAX),
  });
  return { action, document, challenge, grant: GRANT_ID, logEnd, resumeTag: undefined };
}

/** Sends it, and notes in it which S1 carried it, if one did. */
export async function send(session: LockSession, sent: SentOrder): Promise<Response<"act">> {
  try {
    return await session.command({ name: "act", action: sent.action, grant: sent.grant, order: sent.document });
  } finally {
    // Also of a try that failed: it is then that somebody looks for the order.
    sent.resumeTag = session.resumeTag ?? sent.resumeTag;
  }
}

/** What the lock's reply means for the order. */
export function outcomeOfReply(response: Response<"act">): ActOutcome | DidNothing {
  if (response.ok) return { kind: "done", flags: response.value.flags, seq: response.value.seq };
  return outcomeOfRefusal(response.refusal.reason);
}

/** What the order itself is refused for: the operator's grant, which it stands on, has no times. */
function outcomeOfRefusal(reason: Reason): ActOutcome | DidNothing {
  switch (reason) {
    case Reason.staleChallenge:
      return { kind: "did-nothing", reason, trouble: "The lock had a new challenge meanwhile." };
    case Reason.notYetValid:
    case Reason.expired:
      return { kind: "did-nothing", reason, trouble: "The lock's clock was set meanwhile." };
    default:
      return outcomeOf(reason);
  }
}
