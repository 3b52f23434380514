import { createECDH } from "node:crypto";
import { opensslSuite } from "../openssl.ts";
import { plainBytes } from "../plain-bytes.ts";
import { Secret } from "../secret.ts";
import { SCALAR_BYTES, type Suite } from "../suite.ts";

/** n, the order of P-256's base point (SEC 2 §2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const { hmacSha256, isP256PrivateKey } = opensslSuite;

/** Multiplies the base point only, so that one will do for all keys. */
const ecdh = createECDH("prime256v1");

/**
 * The suite on node:crypto with the nonces of RFC 6979, so that the same bytes get the same signature in every run: what a
 * simulation needs that is to be replayed from its seed. OpenSSL multiplies the points. What is computed modulo n are
 * BigInts, whose time depends on the key, so this is for tests alone.
 */
export const deterministicSuite: Suite = {
  ...opensslSuite,

  es256Sign(privateKey, ...parts) {
    if (!isP256PrivateKey(privateKey.reveal())) throw new RangeError("This is no private key of P-256");
    const hash = toInteger(opensslSuite.sha256(...parts)) % ORDER;
    const nonce = nonceFor(privateKey, toOctets(hash));
    const r = toInteger(multipliedBase(nonce)) % ORDER;
    const s = (inverse(toInteger(nonce)) * (hash + r * toInteger(privateKey.reveal()))) % ORDER;
    return Uint8Array.of(...toOctets(r), ...toOctets(s));
  },
};

/**
 * The first nonce of RFC 6979 §3.2; `hash` is already reduced modulo n (bits2octets, §2.3.4). The first that is in range also
 * gives an r and an s that are not zero, but for two in 2^256.
 */
function nonceFor(privateKey: Secret, hash: Uint8Array): Uint8Array {
  let key = new Secret(new Uint8Array(SCALAR_BYTES));
  let value: Uint8Array = new Uint8Array(SCALAR_BYTES).fill(1);
  const mix = (...parts: Uint8Array[]) => {
    key = new Secret(hmacSha256(key, value, ...parts));
    value = hmacSha256(key, value);
  };
  mix(Uint8Array.of(0), privateKey.reveal(), hash);
  mix(Uint8Array.of(1), privateKey.reveal(), hash);
  value = hmacSha256(key, value);
  while (!isP256PrivateKey(value)) {
    mix(Uint8Array.of(0));
    value = hmacSha256(key, value);
  }
  return value;
}

/** The x coordinate of k·G. */
function multipliedBase(scalar: Uint8Array): Uint8Array {
  ecdh.setPrivateKey(scalar);
  return plainBytes(ecdh.getPublicKey(null, "compressed")).subarray(1);
}

/** Modulo n, by Euclid's algorithm. */
function inverse(value: bigint): bigint {
  let [high, low] = [ORDER, value];
  let [highTimes, lowTimes] = [0n, 1n];
  while (low > 1n) {
    const quotient = high / low;
    [high, low] = [low, high - quotient * low];
    [highTimes, lowTimes] = [lowTimes, highTimes - quotient * lowTimes];
  }
  return lowTimes < 0n ? lowTimes + ORDER : lowTimes;
}

function toInteger(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString("hex")}`);
}

function toOctets(integer: bigint): Uint8Array {
  return plainBytes(Buffer.from(integer.toString(16).padStart(2 * SCALAR_BYTES, "0"), "hex"));
}
