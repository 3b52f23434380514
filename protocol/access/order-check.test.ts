import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { verifyOrder } from "../documents/order.ts";
import { accepted } from "../documents/testing/documents.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import type { Reason } from "../wire/reason.ts";
import { checkOrder } from "./order-check.ts";

interface Vector {
  name: string;
  document: string;
  now: number;
  timeUncertain: boolean;
  essential: boolean;
  challengeAge: number;
  reason: Reason;
}
const vectors = lk1Vectors<{ lockId: string; challenge: string; signer: string; orders: Vector[] }>("orders");

for (const { name, document, now, timeUncertain, essential, challengeAge, reason } of vectors.orders) {
  test(`lk1.json, order ${name}: reason ${reason}`, () => {
    const answer = checkOrder({
      order: accepted(verifyOrder(suite, hex(document), hex(vectors.signer))),
      lockId: hex(vectors.lockId),
      challenge: hex(vectors.challenge),
      challengeAgeSeconds: challengeAge,
      now,
      timeUncertain,
      essential,
    });
    assert.equal(answer, reason);
  });
}
