import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "../wire/bytes.ts";
import { CBOR_BYTES_MAX } from "../wire/cbor.ts";
import { Reason } from "../wire/reason.ts";
import { keyId, parseEnvelope, signEnvelope, verifyEnvelope } from "./cose-sign1.ts";
import { accepted } from "./testing/documents.ts";
import { vectorKey } from "./testing/vector-keys.ts";

interface Vector {
  name: string;
  aad: string;
  signer: string;
  kid: string;
  payload: string;
  signature: string;
  document: string;
}
const { documents } = lk1Vectors<{ documents: Vector[] }>("documents");
const { keys } = lk1Vectors<{ keys: { name: string; public: string; kid: string }[] }>("keys");

for (const suite of [nobleSuite, opensslSuite]) {
  test(`${suite.name}: private keys of lk1.json have the public keys and key ids given there`, () => {
    for (const { name, public: publicKey, kid } of keys) {
      assert.equal(toHex(suite.p256PublicKey(vectorKey(name).key)), publicKey);
      assert.equal(toHex(keyId(suite, hex(publicKey))), kid);
    }
  });

  test(`${suite.name}: documents of lk1.json come apart as given there, and their signatures are good`, () => {
    for (const { aad, signer, kid, payload, signature, document } of documents) {
      const envelope = accepted(parseEnvelope(hex(document), CBOR_BYTES_MAX));
      assert.deepEqual(envelope, {
        kid: hex(kid),
        payload: hex(payload),
        signature: hex(signature),
        document: hex(document),
      });
      assert.equal(verifyEnvelope(suite, envelope, vectorKey(signer).publicKey, aad), Reason.done);
    }
  });

  test(`${suite.name}: a signature is good under its own key and domain alone`, () => {
    const { key, publicKey } = vectorKey("issuer");
    const other = vectorKey("otherIssuer");
    const envelope = accepted(parseEnvelope(signEnvelope(suite, key, "LK1 time", hex("80")), CBOR_BYTES_MAX));
    assert.equal(verifyEnvelope(suite, envelope, publicKey, "LK1 time"), Reason.done);
    assert.equal(verifyEnvelope(suite, envelope, publicKey, "LK1 order"), Reason.signature);
    assert.equal(verifyEnvelope(suite, envelope, other.publicKey, "LK1 time"), Reason.unknownKey);
    assert.equal(verifyEnvelope(suite, { ...envelope, kid: other.kid }, other.publicKey, "LK1 time"), Reason.signature);
  });
}

test("with RFC 6979, which noble uses, documents of lk1.json are signed byte for byte", () => {
  for (const { aad, signer, payload, document } of documents) {
    assert.equal(toHex(signEnvelope(nobleSuite, vectorKey(signer).key, aad, hex(payload))), document);
  }
});
