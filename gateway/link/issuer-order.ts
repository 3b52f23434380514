import assert from "node:assert/strict";
import { Action, type OrderClaims } from "../../protocol/documents/order.ts";
import { concat, fromHex, uint8 } from "../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { granted } from "./lock-disagrees.ts";
import type { LockSession } from "./lock-session.ts";

/** By the lock's own clock. */
const ORDER_LIVES_SECONDS = 60;
const NO_GRANT = new Uint8Array(8);

/** Has a paired lock take one more pairing, when somebody presses its button (action 5, protocol.md §7). Throws as `granted`. */
export async function allowPairing(session: LockSession, issuer: Issuer, lockId: string): Promise<void> {
  const action = Action.allowPairing;
  const order = await sign(session, issuer, lockId, { action, grantId: NO_GRANT });
  granted("another pairing", await session.command({ name: "act", action, grant: NO_GRANT, order }));
}

/** Has a lock forget one of its slots (UNPAIR, protocol.md §6). Throws as `granted`. */
export async function forgetSlot(session: LockSession, issuer: Issuer, lockId: string, slot: number): Promise<void> {
  const grantId = concat(new Uint8Array(7), uint8(slot));
  const order = await sign(session, issuer, lockId, { action: Action.unpair, grantId });
  granted("to forget a slot", await session.command({ name: "unpair", order }));
}

async function sign(
  session: LockSession,
  issuer: Issuer,
  lockId: string,
  { action, grantId }: Pick<OrderClaims, "action" | "grantId">,
): Promise<Uint8Array> {
  await session.prepare();
  const { challenge, lockSeconds } = session.word.whole ?? {};
  assert(challenge && lockSeconds !== undefined, "the session is prepared");
  const notAfter = Math.min(lockSeconds + ORDER_LIVES_SECONDS, UINT_MAX);
  return issuer.signOrder({ lockId: fromHex(lockId), challenge, action, grantId, notAfter });
}
