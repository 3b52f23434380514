import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { nobleSuite } from "./noble.ts";
import { opensslSuite } from "./openssl.ts";
import { Secret } from "./secret.ts";
import { SUITES } from "./testing/suites.ts";

const SEED = Number(process.env.SEED ?? 20270107);

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.uint8Array({ maxLength: 300 });
const aesKey = bytes(16).map((key) => new Secret(key));
const privateKey = bytes(32)
  .filter(nobleSuite.isP256PrivateKey)
  .map((scalar) => new Secret(scalar));

function check<Values>(t: TestContext, property: fc.IProperty<Values>): void {
  t.diagnostic(`SEED=${SEED}`);
  fc.assert(property, { seed: SEED, numRuns: 60 });
}

test("both suites give the same hashes, macs and derived keys", (t) => {
  check(
    t,
    fc.property(bytes(32), fc.array(text, { maxLength: 4 }), fc.nat(400), (key, parts, length) => {
      const results = SUITES.map((suite) => ({
        hash: suite.sha256(...parts),
        mac: suite.hmacSha256(new Secret(key), ...parts),
        extracted: suite.hkdfExtract(parts[0] ?? key, new Secret(key)).reveal(),
        expanded: suite.hkdfExpand(new Secret(key), parts[0] ?? key, length).reveal(),
        cmac: suite.aesCmac(new Secret(key).part(0, 16), parts[0] ?? key),
      }));
      assert.deepEqual(results[0], results[1]);
    }),
  );
});

test("what one suite seals the other opens, and both seal alike", (t) => {
  check(
    t,
    fc.property(aesKey, bytes(13), text, text, (key, nonce, aad, plain) => {
      const sealed = nobleSuite.ccmSeal(key, nonce, aad, plain);
      assert.deepEqual(opensslSuite.ccmSeal(key, nonce, aad, plain), sealed);
      for (const suite of SUITES) assert.deepEqual(suite.ccmOpen(key, nonce, aad, sealed), plain);
    }),
  );
});

test("both suites encrypt the same whole blocks alike, and each decrypts them", (t) => {
  const blocks = fc.array(bytes(16), { maxLength: 5 }).map((all) => new Uint8Array(all.flatMap((block) => [...block])));
  check(
    t,
    fc.property(aesKey, bytes(16), blocks, (key, iv, plain) => {
      const encrypted = nobleSuite.aesCbcEncrypt(key, iv, plain);
      assert.deepEqual(opensslSuite.aesCbcEncrypt(key, iv, plain), encrypted);
      for (const suite of SUITES) assert.deepEqual(suite.aesCbcDecrypt(key, iv, encrypted), plain);
    }),
  );
});

test("what is no sealed text opens under neither suite", (t) => {
  check(
    t,
    fc.property(aesKey, bytes(13), text, text, (key, nonce, aad, garbage) => {
      for (const suite of SUITES) assert.equal(suite.ccmOpen(key, nonce, aad, garbage), undefined);
    }),
  );
});

test("both suites draw the same private key from the same bytes and agree on a shared secret", (t) => {
  check(
    t,
    fc.property(privateKey, privateKey, (ours, theirs) => {
      for (const suite of SUITES) assert.deepEqual(suite.p256PrivateKey(() => ours.reveal()).reveal(), ours.reveal());
      const shared = nobleSuite.p256Dh(ours, opensslSuite.p256PublicKey(theirs));
      assert.deepEqual(opensslSuite.p256Dh(theirs, nobleSuite.p256PublicKey(ours))?.reveal(), shared?.reveal());
    }),
  );
});

test("both suites say the same of any 33 bytes as a point", (t) => {
  check(
    t,
    fc.property(fc.integer({ min: 1, max: 5 }), bytes(32), (prefix, x) => {
      const point = Uint8Array.of(prefix, ...x);
      assert.deepEqual(nobleSuite.p256Coordinates(point), opensslSuite.p256Coordinates(point));
      assert.equal(nobleSuite.isP256PublicKey(point), opensslSuite.isP256PublicKey(point));
    }),
  );
});

test("what one suite signs the other accepts, and neither accepts it for another message", (t) => {
  check(
    t,
    fc.property(privateKey, text, (key, message) => {
      for (const signer of SUITES)
        for (const verifier of SUITES) {
          const publicKey = verifier.p256PublicKey(key);
          const signature = signer.es256Sign(key, message);
          assert.equal(verifier.es256Verify(publicKey, signature, message), true);
          assert.equal(verifier.es256Verify(publicKey, signature, message, Uint8Array.of(0)), false);
        }
    }),
  );
});
