import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { flipBit, hex, SUITES, secret } from "./testing/suites.ts";

interface Points {
  dh: { private: string; public: string; shared: string }[];
  refused: { point: string; why: string }[];
}
interface Keys {
  keys: { name: string; private: string; public: string }[];
}
const lk1 = JSON.parse(readFileSync(new URL(import.meta.resolve("#lk1-vectors")), "utf8")) as {
  groups: { points: Points; keys: Keys };
};

const ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const LAST_SCALAR = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";

// RFC 6979 A.2.5, SHA-256, message "sample".
const SAMPLE = {
  privateKey: "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
  publicKey: hex("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
  message: new Uint8Array(Buffer.from("sample")),
  signature: hex(
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
      "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
  ),
};

for (const suite of SUITES) {
  describe(suite.name, () => {
    test("each private key of lk1.json has the public key given there", () => {
      for (const key of lk1.groups.keys.keys)
        assert.deepEqual(suite.p256PublicKey(secret(key.private)), hex(key.public), key.name);
    });

    test("ECDH gives the x coordinates of lk1.json, from either side", () => {
      for (const { private: d, public: q, shared } of lk1.groups.points.dh)
        assert.deepEqual(suite.p256Dh(secret(d), hex(q))?.reveal(), hex(shared));
    });

    test("ECDH gives the value of RFC 5903 §8.1", () => {
      const i = secret("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
      const gr = hex("03d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63");
      const shared = hex("d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
      assert.deepEqual(suite.p256Dh(i, gr)?.reveal(), shared);
    });

    test("ECDH keeps the leading zeros of its result (Wycheproof ecdh_secp256r1_ecpoint, tcId 3)", () => {
      const q = hex("0258fd4168a87795603e2b04390285bdca6e57de6027fe211dd9d25e2212d29e62");
      const d = secret("0a0d622a47e48f6bc1038ace438c6f528aa00ad2bd1da5f13ee46bf5f633d71a");
      assert.deepEqual(suite.p256Dh(d, q)?.reveal(), new Uint8Array(32));
    });

    test("what is no compressed point is refused everywhere (lk1.json, points.refused)", () => {
      for (const { point, why } of lk1.groups.points.refused) {
        assert.equal(suite.isP256PublicKey(hex(point)), false, why);
        assert.equal(suite.p256Dh(secret(SAMPLE.privateKey), hex(point)), undefined, why);
        assert.equal(suite.p256Coordinates(hex(point)), undefined, why);
        assert.equal(suite.es256Verify(hex(point), SAMPLE.signature, SAMPLE.message), false, why);
      }
    });

    test("points on the twist are refused (Wycheproof ecdh_secp256r1_ecpoint, tcId 349, 350 and 352)", () => {
      for (const x of [
        "02fd4bf61763b46581fd9174d623516cf3c81edd40e29ffa2777fb6cb0ae3ce535",
        "03efdde3b32872a9effcf3b94cbf73aa7b39f9683ece9121b9852167f4e3da609b",
        "02c49524b2adfd8f5f972ef554652836e2efb2d306c6d3b0689234cec93ae73db5",
      ])
        assert.equal(suite.p256Dh(secret(SAMPLE.privateKey), hex(x)), undefined);
    });

    test("coordinates and compressed points turn into each other; a pair off the curve turns into nothing", () => {
      const x = hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
      const y = hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
      assert.deepEqual(suite.p256Coordinates(SAMPLE.publicKey), { x, y });
      assert.deepEqual(suite.p256FromCoordinates(x, y), SAMPLE.publicKey);
      for (let bit = 0; bit < 256; bit++) {
        assert.equal(suite.p256FromCoordinates(flipBit(x, bit), y), undefined);
        assert.equal(suite.p256FromCoordinates(x, flipBit(y, bit)), undefined);
      }
      assert.equal(suite.p256FromCoordinates(x.subarray(1), y), undefined);
      assert.equal(suite.p256FromCoordinates(x, Uint8Array.of(...y, 0)), undefined);
      assert.equal(suite.p256FromCoordinates(new Uint8Array(32), new Uint8Array(32)), undefined);
    });

    test("ES256 accepts the signature of RFC 6979 A.2.5, its message in one part or two", () => {
      const { publicKey, signature, message } = SAMPLE;
      assert.equal(suite.es256Verify(publicKey, signature, message), true);
      assert.equal(suite.es256Verify(publicKey, signature, message.subarray(0, 2), message.subarray(2)), true);
    });

    test("every single-bit flip of a signature, a message or a public key is refused", () => {
      const { publicKey, signature, message } = SAMPLE;
      for (let bit = 0; bit < 8 * signature.length; bit++)
        assert.equal(suite.es256Verify(publicKey, flipBit(signature, bit), message), false);
      for (let bit = 0; bit < 8 * message.length; bit++)
        assert.equal(suite.es256Verify(publicKey, signature, flipBit(message, bit)), false);
      for (let bit = 0; bit < 8 * publicKey.length; bit++)
        assert.equal(suite.es256Verify(flipBit(publicKey, bit), signature, message), false);
    });

    test("a signature of another length or with numbers out of range is refused without a throw", () => {
      const { publicKey, signature, message } = SAMPLE;
      const order = hex(ORDER);
      const zero = new Uint8Array(32);
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
      for (let length = 0; length < signature.length; length++)
        assert.equal(suite.es256Verify(publicKey, signature.subarray(0, length), message), false);
      for (const wrong of [
        [r, s, [0]],
        [[0], r, s],
        [zero, zero],
        [zero, s],
        [r, zero],
        [order, s],
        [r, order],
      ])
        assert.equal(suite.es256Verify(publicKey, Uint8Array.from(wrong.flatMap((part) => [...part])), message), false);
    });

    test("what it signs it accepts, and only for that key and that message", () => {
      const key = secret(LAST_SCALAR);
      const signature = suite.es256Sign(key, hex("01"), hex("02"));
      assert.equal(suite.es256Verify(suite.p256PublicKey(key), signature, hex("0102")), true);
      assert.equal(suite.es256Verify(suite.p256PublicKey(key), signature, hex("0201")), false);
      assert.equal(suite.es256Verify(SAMPLE.publicKey, signature, hex("0102")), false);
    });

    test("a private key is 32 bytes, from 1 up to n - 1", () => {
      const good = [`${"00".repeat(31)}01`, SAMPLE.privateKey, LAST_SCALAR];
      const bad = ["", "01", "00".repeat(32), ORDER, "ff".repeat(32), SAMPLE.privateKey.slice(2), `00${LAST_SCALAR}`];
      for (const scalar of good) assert.equal(suite.isP256PrivateKey(hex(scalar)), true, scalar);
      for (const scalar of bad) {
        assert.equal(suite.isP256PrivateKey(hex(scalar)), false, scalar);
        assert.throws(() => suite.p256PublicKey(secret(scalar)), RangeError, scalar);
        assert.throws(() => suite.p256Dh(secret(scalar), SAMPLE.publicKey), RangeError, scalar);
        assert.throws(() => suite.es256Sign(secret(scalar), SAMPLE.message), RangeError, scalar);
      }
    });

    test("drawing a private key passes over what is none and takes the first that is one", () => {
      const draws = [hex("00".repeat(32)), hex(ORDER), hex(LAST_SCALAR)];
      const key = suite.p256PrivateKey((length) => {
        assert.equal(length, 32);
        return draws.shift()!;
      });
      assert.deepEqual(key.reveal(), hex(LAST_SCALAR));
      assert.deepEqual(draws, []);
    });

    test("a source that gives zeros for ever stops the drawing", () => {
      assert.throws(() => suite.p256PrivateKey((length) => new Uint8Array(length)), /randomness/);
    });

    test("a wiped key signs nothing, even if it has signed before", () => {
      const key = secret(SAMPLE.privateKey);
      suite.es256Sign(key, SAMPLE.message);
      key.wipe();
      assert.throws(() => suite.es256Sign(key, SAMPLE.message), /wiped/);
    });
  });
}
