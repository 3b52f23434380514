import type { Secret } from "../../crypto/secret.ts";
import { TransportError } from "../../gateway/transport/channel.ts";
import { parseGrant } from "../../protocol/documents/grant.ts";
import { type Action, signOrder } from "../../protocol/documents/order.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Response } from "../../protocol/wire/responses.ts";
import type { PassSession, PhoneParts } from "./pass-session.ts";

/** A lock takes orders of up to 120 s ahead: this bears with clocks that differ by a minute either way. */
const ORDER_LASTS_SECONDS = 60;

/** Who shows a grant that it carries. */
export interface Bearer {
  /** The key of the grant's cnf. */
  readonly key: Secret;
  /** The whole document, as the issuer signed it. */
  readonly grant: Uint8Array;
  /** The issuer's word for the time over a lock's challenge (a document), where the phone can reach it. */
  readonly askForTime?: (lockId: Uint8Array, challenge: Uint8Array) => Promise<Uint8Array>;
}

export type OrderOutcome =
  /** `seq` is that of the DONE record, `flags` are those of the lock (`Flag`). */
  | { readonly kind: "done"; readonly flags: number; readonly seq: number }
  | { readonly kind: "refused"; readonly reason: Reason }
  /** The order went out and no answer came back: only the lock's log knows. */
  | { readonly kind: "unknown"; readonly why: ProtocolError | TransportError };

/**
 * Shows the grant with an order over the lock's challenge (protocol.md §5, §6). A stale challenge and an uncertain time are
 * mended once each, where that is possible.
 */
export async function giveOrder(
  parts: PhoneParts,
  session: PassSession,
  bearer: Bearer,
  action: Action,
): Promise<OrderOutcome> {
  const mended = new Set<Reason>();
  for (;;) {
    const response = await show(parts, session, bearer, action);
    if (response instanceof Error) return { kind: "unknown", why: response };
    if (response.ok) return { kind: "done", flags: response.value.flags, seq: response.value.seq };
    const { reason } = response.refusal;
    if (mended.has(reason) || !(await mend(session, bearer, reason))) return { kind: "refused", reason };
    mended.add(reason);
  }
}

async function show(
  { suite, clock }: PhoneParts,
  session: PassSession,
  { key, grant }: Bearer,
  action: Action,
): Promise<Response<"act"> | ProtocolError | TransportError> {
  const parsed = parseGrant(suite, grant);
  if (!parsed.ok) throw new RangeError("this is no grant");
  const order = signOrder(suite, key, {
    lockId: session.lock.lockId,
    challenge: session.challenge,
    action,
    grantId: parsed.value.claims.id,
    notAfter: Math.floor(clock.wallMs() / 1000) + ORDER_LASTS_SECONDS,
  });
  try {
    return await session.command({ name: "act", action, grant, order });
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof TransportError) return error;
    throw error;
  }
}

/** Whether the same order may fare better now. */
async function mend(session: PassSession, { askForTime }: Bearer, reason: Reason): Promise<boolean> {
  // The refusal brought the challenge that is current now.
  if (reason === Reason.staleChallenge) return true;
  if (reason !== Reason.timeUncertain || !askForTime) return false;
  const tellTime = async () =>
    session.command({ name: "time", token: await askForTime(session.lock.lockId, session.challenge) });
  let told = await tellTime();
  // The challenge was too old for a token; this refusal too has brought the next one.
  if (!told.ok && told.refusal.reason === Reason.staleChallenge) told = await tellTime();
  return told.ok;
}
