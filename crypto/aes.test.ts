import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CCM_NONCE_BYTES, CCM_TAG_BYTES, CCM_TEXT_BYTES_MAX } from "./suite.ts";
import { flipBit, hex, SUITES, secret } from "./testing/suites.ts";

// RFC 3610 §8, packet vectors 1 and 2: the very lengths of LK1.
const KEY = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf";
const PACKETS = [
  {
    nonce: hex("00000003020100a0a1a2a3a4a5"),
    aad: hex("0001020304050607"),
    text: hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e"),
    sealed: hex("588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"),
  },
  {
    nonce: hex("00000004030201a0a1a2a3a4a5"),
    aad: hex("0001020304050607"),
    text: hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
    sealed: hex("72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916"),
  },
] as const;

// RFC 4493 §4: one key, a prefix of one message.
const CMAC_KEY = "2b7e151628aed2a6abf7158809cf4f3c";
const CMAC_MESSAGE = hex(
  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
);
const CMACS = [
  { messageBytes: 0, mac: "bb1d6929e95937287fa37d129b756746" },
  { messageBytes: 16, mac: "070a16b46b4d4144f79bdd9dd04a287c" },
  { messageBytes: 40, mac: "dfa66747de9ae63030ca32611497c827" },
  { messageBytes: 64, mac: "51f0bebf7e3b9d92fc49741779363cfe" },
] as const;

// NIST SP 800-38A F.2.1 and F.2.2: CMAC's key and message.
const CBC_IV = hex("000102030405060708090a0b0c0d0e0f");
const CBC_BLOCKS = hex(
  "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" +
    "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
);

for (const suite of SUITES) {
  describe(suite.name, () => {
    test("AES-CCM seals and opens the packets of RFC 3610 §8", () => {
      for (const { nonce, aad, text, sealed } of PACKETS) {
        assert.deepEqual(suite.ccmSeal(secret(KEY), nonce, aad, text), sealed);
        assert.deepEqual(suite.ccmOpen(secret(KEY), nonce, aad, sealed), text);
      }
    });

    test("every single-bit flip of a sealed text, its nonce, its AAD or its key is refused", () => {
      const { nonce, aad, sealed } = PACKETS[0];
      const key = secret(KEY);
      for (let bit = 0; bit < 8 * sealed.length; bit++)
        assert.equal(suite.ccmOpen(key, nonce, aad, flipBit(sealed, bit)), undefined);
      for (let bit = 0; bit < 8 * nonce.length; bit++)
        assert.equal(suite.ccmOpen(key, flipBit(nonce, bit), aad, sealed), undefined);
      for (let bit = 0; bit < 8 * aad.length; bit++)
        assert.equal(suite.ccmOpen(key, nonce, flipBit(aad, bit), sealed), undefined);
      for (let bit = 0; bit < 8 * key.length; bit++)
        assert.equal(
          suite.ccmOpen(secret(Buffer.from(flipBit(hex(KEY), bit)).toString("hex")), nonce, aad, sealed),
          undefined,
        );
    });

    test("every truncation of a sealed text is refused, and so is a longer one", () => {
      const { nonce, aad, sealed } = PACKETS[0];
      for (let length = 0; length < sealed.length; length++)
        assert.equal(suite.ccmOpen(secret(KEY), nonce, aad, sealed.subarray(0, length)), undefined);
      assert.equal(suite.ccmOpen(secret(KEY), nonce, aad, Uint8Array.of(...sealed, 0)), undefined);
    });

    test("an empty text has a tag all the same, and an empty AAD is another than none of zeros", () => {
      const { nonce } = PACKETS[0];
      const sealed = suite.ccmSeal(secret(KEY), nonce, hex(""), hex(""));
      assert.equal(sealed.length, CCM_TAG_BYTES);
      assert.deepEqual(suite.ccmOpen(secret(KEY), nonce, hex(""), sealed), hex(""));
      assert.equal(suite.ccmOpen(secret(KEY), nonce, hex("00"), sealed), undefined);
      for (let bit = 0; bit < 8 * sealed.length; bit++)
        assert.equal(suite.ccmOpen(secret(KEY), nonce, hex(""), flipBit(sealed, bit)), undefined);
    });

    test("the longest text that two bytes can count is sealed; one byte more is our mistake, or a peer's", () => {
      const { nonce, aad } = PACKETS[0];
      const longest = new Uint8Array(CCM_TEXT_BYTES_MAX);
      const sealed = suite.ccmSeal(secret(KEY), nonce, aad, longest);
      assert.deepEqual(suite.ccmOpen(secret(KEY), nonce, aad, sealed), longest);
      assert.throws(() => suite.ccmSeal(secret(KEY), nonce, aad, new Uint8Array(CCM_TEXT_BYTES_MAX + 1)), RangeError);
      assert.equal(suite.ccmOpen(secret(KEY), nonce, aad, Uint8Array.of(0, ...sealed)), undefined);
    });

    test("a key or a nonce of another length is our mistake", () => {
      const { nonce, aad, text, sealed } = PACKETS[0];
      for (const key of [secret(""), secret(KEY.slice(2)), secret(KEY + KEY)]) {
        assert.throws(() => suite.ccmSeal(key, nonce, aad, text), RangeError);
        assert.throws(() => suite.ccmOpen(key, nonce, aad, sealed), RangeError);
        assert.throws(() => suite.aesCmac(key, text), RangeError);
      }
      for (const length of [0, CCM_NONCE_BYTES - 1, CCM_NONCE_BYTES + 1]) {
        assert.throws(() => suite.ccmSeal(secret(KEY), new Uint8Array(length), aad, text), RangeError);
        assert.throws(() => suite.ccmOpen(secret(KEY), new Uint8Array(length), aad, sealed), RangeError);
      }
    });

    test("AES-CMAC gives the values of RFC 4493 §4", () => {
      for (const { messageBytes, mac } of CMACS)
        assert.deepEqual(suite.aesCmac(secret(CMAC_KEY), CMAC_MESSAGE.subarray(0, messageBytes)), hex(mac));
    });

    test("AES-CMAC gives the diversified key of NXP AN10922's AES-128 example", () => {
      const input = hex("0104782e21801d803042f54e585020416275");
      assert.deepEqual(
        suite.aesCmac(secret("00112233445566778899aabbccddeeff"), input),
        hex("a8dd63a3b89d54b37ca802473fda9175"),
      );
    });

    test("AES-CBC gives the blocks of NIST SP 800-38A F.2.1 and takes them back as F.2.2 does", () => {
      for (const length of [0, 16, 32, 48, 64]) {
        const [plain, encrypted] = [CMAC_MESSAGE.subarray(0, length), CBC_BLOCKS.subarray(0, length)];
        assert.deepEqual(suite.aesCbcEncrypt(secret(CMAC_KEY), CBC_IV, plain), Uint8Array.from(encrypted));
        assert.deepEqual(suite.aesCbcDecrypt(secret(CMAC_KEY), CBC_IV, encrypted), Uint8Array.from(plain));
      }
    });

    test("AES-CBC pads nothing: half a block, or a key or a vector of another length, is our mistake", () => {
      const key = secret(CMAC_KEY);
      for (const cbc of [suite.aesCbcEncrypt, suite.aesCbcDecrypt]) {
        for (const length of [1, 15, 17, 31])
          assert.throws(() => cbc(key, CBC_IV, CBC_BLOCKS.subarray(0, length)), RangeError);
        for (const length of [0, 15, 17]) assert.throws(() => cbc(key, new Uint8Array(length), CBC_BLOCKS), RangeError);
        assert.throws(() => cbc(secret(CMAC_KEY.slice(2)), CBC_IV, CBC_BLOCKS), RangeError);
      }
    });
  });
}
