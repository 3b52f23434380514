import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { CBOR_BYTES_MAX, type Cbor } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import type { Checked } from "../wire/reason.ts";
import { type Document, type DocumentType, parseDocument, signDocument, verifyDocument } from "./document.ts";
import { requireShape } from "./shape.ts";

/** What an order may ask for (protocol.md §7). */
export const Action = { unlock: 1, lock: 2, hold: 3, endHold: 4, allowPairing: 5, unpair: 6, courier: 7 } as const;
export type Action = (typeof Action)[keyof typeof Action];

/** "Do this, at this lock, for this challenge, until then" (protocol.md §7). */
export interface OrderClaims {
  readonly lockId: Uint8Array;
  /** The slot's or session's current one, 8 bytes. */
  readonly challenge: Uint8Array;
  readonly action: Action;
  /** 8 bytes; all zero for action 5; seven zeros and the slot for action 6. */
  readonly grantId: Uint8Array;
  /** Seconds since 1970 UTC, inclusive. */
  readonly notAfter: number;
}

export type Order = Document<OrderClaims>;

const ORDER: DocumentType<OrderClaims> = {
  domain: "LK1 order",
  bytesMax: CBOR_BYTES_MAX,
  toCbor: (claims) => [claims.lockId, claims.challenge, claims.action, claims.grantId, claims.notAfter],
  fromCbor: (payload) => {
    const [lockId, challenge, action, grantId, notAfter] = asArray(payload, 5);
    return {
      lockId: asBytes(lockId, 8),
      challenge: asBytes(challenge, 8),
      action: asAction(action),
      grantId: asGrantIdOf(asAction(action), grantId),
      notAfter: asUint(notAfter),
    };
  },
};

/** Signs with the bearer's key; with the issuer's for actions 5 and 6. */
export function signOrder(suite: Suite, key: Secret, claims: OrderClaims): Uint8Array {
  return signDocument(ORDER, suite, key, claims);
}

export function parseOrder(suite: Suite, bytes: Uint8Array): Checked<Order> {
  return parseDocument(ORDER, suite, bytes);
}

export function verifyOrder(suite: Suite, bytes: Uint8Array, signerPk: Uint8Array): Checked<OrderClaims> {
  return verifyDocument(ORDER, suite, bytes, signerPk);
}

function asAction(value: Cbor | undefined): Action {
  const action = Object.values(Action).find((known) => known === value);
  requireShape(action !== undefined);
  return action;
}

/** Actions 5 and 6 know no grant: what stands in its place has a form of its own. */
function asGrantIdOf(action: Action, value: Cbor | undefined): Uint8Array {
  const grantId = asBytes(value, 8);
  if (action === Action.allowPairing) requireShape(grantId.every((byte) => byte === 0));
  if (action === Action.unpair) requireShape(grantId.subarray(0, 7).every((byte) => byte === 0));
  return grantId;
}
