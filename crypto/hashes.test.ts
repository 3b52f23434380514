import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Secret } from "./secret.ts";
import { hex, SUITES, secret } from "./testing/suites.ts";

const ascii = (text: string) => new Uint8Array(Buffer.from(text, "ascii"));

for (const suite of SUITES) {
  describe(suite.name, () => {
    test("SHA-256 gives the values of FIPS 180-4's examples, in one part or many", () => {
      const abc = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      assert.deepEqual(suite.sha256(ascii("abc")), abc);
      assert.deepEqual(suite.sha256(ascii("a"), new Uint8Array(), ascii("bc")), abc);
      const empty = hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
      assert.deepEqual(suite.sha256(), empty);
    });

    test("HMAC-SHA-256 gives the values of RFC 4231 §4.2, §4.3 and §4.7", () => {
      assert.deepEqual(
        suite.hmacSha256(secret("0b".repeat(20)), ascii("Hi "), ascii("There")),
        hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
      );
      assert.deepEqual(
        suite.hmacSha256(new Secret(ascii("Jefe")), ascii("what do ya want for nothing?")),
        hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
      );
      assert.deepEqual(
        suite.hmacSha256(secret("aa".repeat(131)), ascii("Test Using Larger Than Block-Size Key - Hash Key First")),
        hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
      );
    });

    test("HKDF-SHA-256 gives the values of RFC 5869 A.1", () => {
      const prk = suite.hkdfExtract(hex("000102030405060708090a0b0c"), secret("0b".repeat(22)));
      assert.deepEqual(prk.reveal(), hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
      assert.deepEqual(
        suite.hkdfExpand(prk, hex("f0f1f2f3f4f5f6f7f8f9"), 42).reveal(),
        hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
      );
    });

    test("HKDF-SHA-256 takes an empty salt and an empty info (RFC 5869 A.3)", () => {
      const prk = suite.hkdfExtract(new Uint8Array(), secret("0b".repeat(22)));
      assert.deepEqual(
        suite.hkdfExpand(prk, new Uint8Array(), 42).reveal(),
        hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
      );
    });

    test("a salt may be a secret", () => {
      const [salt, key] = ["0a".repeat(32), "0b".repeat(32)] as const;
      assert.deepEqual(
        suite.hkdfExtract(secret(salt), secret(key)).reveal(),
        suite.hkdfExtract(hex(salt), secret(key)).reveal(),
      );
    });

    test("HKDF stops where RFC 5869 does: 255 blocks from a whole pseudorandom key", () => {
      const prk = secret("07".repeat(32));
      assert.equal(suite.hkdfExpand(prk, new Uint8Array(), 255 * 32).length, 255 * 32);
      assert.throws(() => suite.hkdfExpand(prk, new Uint8Array(), 255 * 32 + 1), RangeError);
      assert.throws(() => suite.hkdfExpand(secret("07".repeat(31)), new Uint8Array(), 16), RangeError);
    });

    test("equality is of length and of every byte", () => {
      assert.equal(suite.equal(hex(""), hex("")), true);
      assert.equal(suite.equal(hex("0102"), hex("0102")), true);
      assert.equal(suite.equal(hex("0102"), hex("0103")), false);
      assert.equal(suite.equal(hex("0102"), hex("8102")), false);
      assert.equal(suite.equal(hex("0102"), hex("010200")), false);
    });

    test("what comes back is a plain Uint8Array, whose slices are copies", () => {
      const key = secret("01".repeat(32));
      const results = [
        suite.sha256(hex("00")),
        suite.hmacSha256(key, hex("00")),
        suite.hkdfExtract(key, key).reveal(),
        suite.hkdfExpand(key, hex("00"), 48).reveal(),
        suite.p256PublicKey(key),
        suite.p256Dh(key, suite.p256PublicKey(key))?.reveal(),
        suite.p256Coordinates(suite.p256PublicKey(key))?.x,
        suite.es256Sign(key, hex("00")),
        suite.aesCmac(key.part(0, 16), hex("00")),
        suite.aesCbcEncrypt(key.part(0, 16), new Uint8Array(16), new Uint8Array(16)),
        suite.aesCbcDecrypt(key.part(0, 16), new Uint8Array(16), new Uint8Array(16)),
        suite.ccmSeal(key.part(0, 16), new Uint8Array(13), hex(""), hex("00")),
      ];
      for (const result of results) assert.equal(Object.getPrototypeOf(result), Uint8Array.prototype);
    });
  });
}
