import { createCipheriv, createECDH, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";
import { CCM_TAG_BYTES, type CryptoContender, type CryptoInput, HKDF_OUTPUT_BYTES } from "./crypto-contest.ts";

/** node:crypto called directly, its keys imported beforehand where they are used again. */
export function bareNodeCrypto(input: CryptoInput): CryptoContender {
  const jwk = jwkOf(input.privateKey);
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const publicKey = createPublicKey(key);
  return {
    ccmSeal: () => {
      const cipher = createCipheriv("aes-128-ccm", input.key, input.nonce, { authTagLength: CCM_TAG_BYTES });
      cipher.setAAD(input.aad, { plaintextLength: input.text.length });
      const sealed = [cipher.update(input.text), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed);
    },
    hkdf: () => hkdfSync("sha256", input.inputKey, input.salt, input.info, HKDF_OUTPUT_BYTES),
    ecdh: () => {
      const ecdh = createECDH("prime256v1");
      ecdh.setPrivateKey(input.privateKey);
      return ecdh.computeSecret(input.publicKey);
    },
    sign: () => sign("sha256", input.message, { key, dsaEncoding: "ieee-p1363" }),
    verify: () => verify("sha256", input.message, { key: publicKey, dsaEncoding: "ieee-p1363" }, input.signature),
  };
}

function jwkOf(privateKey: Uint8Array) {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(privateKey);
  const point = ecdh.getPublicKey();
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  return { kty: "EC", crv: "P-256", d: text(privateKey), x: text(point.subarray(1, 33)), y: text(point.subarray(33)) };
}
