import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { Reason } from "../wire/reason.ts";
import { Action, type OrderClaims, parseOrder, signOrder, verifyOrder } from "./order.ts";
import { accepted, signedPayload } from "./testing/documents.ts";
import { vectorKey } from "./testing/vector-keys.ts";

const vectors = lk1Vectors<{
  lockId: string;
  challenge: string;
  signer: string;
  orders: { document: string }[];
  refused: { claims: string; why: string }[];
}>("orders");
const bearer = vectorKey("bearer");
const CLAIMS: OrderClaims = {
  lockId: hex(vectors.lockId),
  challenge: hex(vectors.challenge),
  action: Action.unlock,
  grantId: hex("1111111111111111"),
  notAfter: 1799280160,
};

test("orders of lk1.json verify under the bearer's key", () => {
  for (const { document } of vectors.orders)
    assert.equal(verifyOrder(suite, hex(document), hex(vectors.signer)).ok, true);
  assert.deepEqual(accepted(parseOrder(suite, hex(vectors.orders[0]!.document))).claims, CLAIMS);
});

test("claims that lk1.json says are no order are malformed, well signed or not", () => {
  for (const { claims, why } of vectors.refused) {
    const document = signedPayload("LK1 order", hex(claims));
    assert.deepEqual(parseOrder(suite, document), { ok: false, reason: Reason.malformed }, why);
  }
});

test("orders for a pairing or an unpairing name no grant", () => {
  const sign = (action: Action, grantId: string) =>
    signOrder(suite, bearer.key, { ...CLAIMS, action, grantId: hex(grantId) });
  assert.ok(sign(Action.allowPairing, "0000000000000000"));
  assert.ok(sign(Action.unpair, "0000000000000003"));
  assert.throws(() => sign(Action.allowPairing, "0000000000000001"), RangeError);
  assert.throws(() => sign(Action.unpair, "1111111111111111"), RangeError);
});
