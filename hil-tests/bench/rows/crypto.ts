import { nobleSuite } from "../../../crypto/noble.ts";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import type { Random } from "../../../protocol/random.ts";
import { type CryptoContender, type CryptoInput, HKDF_OUTPUT_BYTES } from "../bare/crypto-contest.ts";
import { bareNoble } from "../bare/noble.ts";
import { bareNodeCrypto } from "../bare/node-crypto.ts";
import type { Figure } from "../figure.ts";
import type { Row } from "../row.ts";
import { spread } from "../statistics.ts";
import { inTurns, rate, ratios } from "../turns.ts";

const OPERATIONS: Record<keyof CryptoContender, string> = {
  ccmSeal: "AES-128-CCM seal, 64 bytes",
  hkdf: "HKDF to 48 bytes",
  ecdh: "P-256 ECDH",
  sign: "ES256 sign",
  verify: "ES256 verify",
};

export const crypto: Row = {
  name: "crypto",
  how:
    "Both suites beside direct calls of the library that they stand on, with the same inputs, in turns. " +
    "@noble/ciphers has no CCM: beside it stand the CBC and the CTR pass that CCM needs at least. Node's own HKDF is one call; ours " +
    "are two, since LK1 needs Extract and Expand apart. ECDH starts from bytes, as an ephemeral key does.",

  async measure({ clock, random, effort }) {
    const input = drawInput(random);
    const figures: Figure[] = [];
    for (const [suite, bareOf] of [
      [opensslSuite, bareNodeCrypto],
      [nobleSuite, bareNoble],
    ] as const) {
      const ours = throughSuite(suite, input);
      const bare = bareOf(input);
      for (const operation of Object.keys(OPERATIONS) as (keyof CryptoContender)[]) {
        const [oursPerSecond = [], barePerSecond = []] = await inTurns(effort.rounds, [
          () => rate(clock, effort.roundMs, ours[operation]),
          () => rate(clock, effort.roundMs, bare[operation]),
        ]);
        const id = `${suite.name}.${operation}`;
        const what = `${suite.name}: ${OPERATIONS[operation]}`;
        figures.push(
          { id, what, unit: "per second", measured: spread(oursPerSecond) },
          { id: `${id}.bare`, what: `${what}, bare`, unit: "per second", measured: spread(barePerSecond) },
          {
            id: `${id}.ratio`,
            what: `${what}, ours to bare`,
            unit: "ratio",
            measured: spread(ratios(oursPerSecond, barePerSecond)),
          },
        );
      }
    }
    return figures;
  },
};

function drawInput(random: Random): CryptoInput {
  const privateKey = opensslSuite.p256PrivateKey((length) => random.bytes(length)).reveal();
  const publicKey = opensslSuite.p256PublicKey(new Secret(privateKey));
  const message = random.bytes(100);
  return {
    key: random.bytes(16),
    nonce: random.bytes(13),
    aad: random.bytes(3),
    text: random.bytes(64),
    salt: random.bytes(32),
    inputKey: random.bytes(32),
    info: random.bytes(44),
    privateKey,
    publicKey,
    message,
    signature: opensslSuite.es256Sign(new Secret(privateKey), message),
  };
}

function throughSuite(suite: Suite, input: CryptoInput): CryptoContender {
  const key = new Secret(input.key);
  const inputKey = new Secret(input.inputKey);
  const privateKey = new Secret(input.privateKey);
  return {
    ccmSeal: () => suite.ccmSeal(key, input.nonce, input.aad, input.text),
    hkdf: () => suite.hkdfExpand(suite.hkdfExtract(input.salt, inputKey), input.info, HKDF_OUTPUT_BYTES),
    ecdh: () => suite.p256Dh(privateKey, input.publicKey),
    sign: () => suite.es256Sign(privateKey, input.message),
    verify: () => suite.es256Verify(input.publicKey, input.signature, input.message),
  };
}
