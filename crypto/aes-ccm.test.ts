import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as onNoble from "./aes-ccm.ts";
import * as onOpenssl from "./openssl-aes.ts";
import { hex } from "./testing/suites.ts";

const VECTORS = [
  {
    source: "RFC 3610 §8, packet vector 24",
    key: hex("d7828d13b2b0bdc325a76236df93cc6b"),
    nonce: hex("008d493b30ae8b3c9696766cfa"),
    aad: hex("6e37a6ef546d955d34ab6059"),
    text: hex("abf21c0b02feb88f856df4a37381bce3cc128517d4"),
    sealed: hex("f32905b88a641b04b9c9ffb58cc390900f3da12ab16dce9e82efa16da62059"),
    tagBytes: 10,
  },
  {
    source: "NIST CAVP, VNT128.rsp, count 0",
    key: hex("c0425ed20cd28fda67a2bcc0ab342a49"),
    nonce: hex("37667f334dce90"),
    aad: hex("0b3e8d9785c74c8f41ea257d4d87495ffbbb335542b12e0d62bb177ec7a164d9"),
    text: hex("4f065a23eeca6b18d118e1de4d7e5ca1a7c0e556d786d407"),
    sealed: hex("768fccdf4898bca099e33c3d40565497dec22dd6e33dcf4384d71be8565c21a455db45816da8158c"),
    tagBytes: 16,
  },
  {
    source: "NIST CAVP, DVPT128.rsp, count 90",
    key: hex("197afb02ffbd8f699dacae87094d5243"),
    nonce: hex("5a8aa485c316e9403aff859fbb"),
    aad: hex(""),
    text: hex("a16a2e741f1cd9717285b6d882c1fc53655e9773761ad697"),
    sealed: hex("4a550134f94455979ec4bf89ad2bd80d25a77ae94e456134a3e138b9"),
    tagBytes: 4,
  },
  {
    source: "Wycheproof aes_ccm, tcId 267",
    key: hex("7c5aa1cd2fc171d5bb91ee74f31e1a63"),
    nonce: hex("70a2a5303734517827faa7ee78"),
    aad: hex(""),
    text: hex("4bd1d3427e0735a08f475bc73ec3648c"),
    sealed: hex("9ab61214ea6611510706315f0fc9bd65a2b3fc3c1349cbfd9ded7cc32effb389"),
    tagBytes: 16,
  },
];

for (const [name, ccm] of Object.entries({ noble: onNoble, openssl: onOpenssl })) {
  describe(`CCM with any nonce and tag, ${name}`, () => {
    for (const { source, key, nonce, aad, text, sealed, tagBytes } of VECTORS) {
      test(`seals and opens as in ${source}`, () => {
        assert.deepEqual(ccm.ccmSeal(key, nonce, aad, text, tagBytes), sealed);
        assert.deepEqual(ccm.ccmOpen(key, nonce, aad, sealed, tagBytes), text);
      });
    }

    test("refuses what NIST marks as refused (CAVP DVPT128.rsp, count 1)", () => {
      const key = hex("4ae701103c63deca5b5a3939d7d05992");
      assert.equal(ccm.ccmOpen(key, hex("3796cf51b87266"), hex(""), hex("9a04c241"), 4), undefined);
    });

    test("has no tags of odd length, shorter than 4 or longer than 16 bytes, and no nonce outside 7–13", () => {
      const key = new Uint8Array(16);
      for (const tagBytes of [0, 2, 3, 5, 15, 17, 18]) {
        assert.throws(() => ccm.ccmSeal(key, new Uint8Array(13), hex(""), hex(""), tagBytes));
        assert.throws(() => ccm.ccmOpen(key, new Uint8Array(13), hex(""), new Uint8Array(32), tagBytes));
      }
      for (const nonceBytes of [0, 6, 14, 16]) {
        assert.throws(() => ccm.ccmSeal(key, new Uint8Array(nonceBytes), hex(""), hex(""), 8));
        assert.throws(() => ccm.ccmOpen(key, new Uint8Array(nonceBytes), hex(""), new Uint8Array(8), 8));
      }
    });
  });
}

test("the length of the AAD is written alike by both, in two bytes and in six", () => {
  const [key, nonce, text] = [new Uint8Array(16).fill(1), new Uint8Array(13).fill(2), new Uint8Array(20).fill(3)];
  for (const length of [1, 13, 14, 15, 0xfeff, 0xff00, 0x10000]) {
    const aad = new Uint8Array(length).fill(4);
    assert.deepEqual(onNoble.ccmSeal(key, nonce, aad, text, 8), onOpenssl.ccmSeal(key, nonce, aad, text, 8));
  }
});
