import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "./openssl.ts";
import { Secret } from "./secret.ts";
import { hex } from "./testing/suites.ts";

const MESSAGE = hex("010203");

/** The private key with this number as its scalar. */
function privateKey(scalar: number): Secret {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, scalar);
  return new Secret(bytes);
}

test("nonces are hedged: two signatures over the same message differ", () => {
  const key = privateKey(7);
  assert.notDeepEqual(opensslSuite.es256Sign(key, MESSAGE), opensslSuite.es256Sign(key, MESSAGE));
});

test("more public keys than are kept imported are all still told apart", () => {
  const keys = Array.from({ length: 1200 }, (_, i) => opensslSuite.p256PublicKey(privateKey(i + 1)));
  const signature = opensslSuite.es256Sign(privateKey(3), MESSAGE);
  const accepting = [...keys, ...keys].filter((key) => opensslSuite.es256Verify(key, signature, MESSAGE));
  assert.deepEqual(accepting, [keys[2], keys[2]]);
});

test("two signing keys used in turn each sign with their own", () => {
  const keys = [privateKey(11), privateKey(12), privateKey(11)];
  for (const key of [...keys, ...keys])
    assert.ok(opensslSuite.es256Verify(opensslSuite.p256PublicKey(key), opensslSuite.es256Sign(key, MESSAGE), MESSAGE));
});
