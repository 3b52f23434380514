import assert from "node:assert/strict";
import { Secret } from "../../crypto/secret.ts";
import { POINT_BYTES, SCALAR_BYTES, type Suite } from "../../crypto/suite.ts";
import { concat, fromHex } from "../../protocol/wire/bytes.ts";
import { checkDoesNotOpen, checkLengthsRefused, checkSealsAndOpens } from "./ccm.ts";
import { type Implementation, OTHER_AES_KEY, type Vector } from "./vector.ts";

interface Test {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: string[];
  readonly result: "valid" | "acceptable" | "invalid";
}
interface Group<T> {
  readonly keySize: number;
  readonly tagSize: number;
  readonly tests: T[];
}
interface AeadTest extends Test {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}
interface MacTest extends Test {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}
interface HkdfTest extends Test {
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
}
interface EcdhTest extends Test {
  readonly public: string;
  readonly private: string;
  readonly shared: string;
}
interface EcdsaTest extends Test {
  readonly msg: string;
  readonly sig: string;
}
interface EcdsaGroup extends Group<EcdsaTest> {
  readonly publicKey: { readonly uncompressed: string };
}

/** Files of C2SP/wycheproof, testvectors_v1. */
export function readWycheproof(path: string, text: string): Vector[] | undefined {
  switch (path) {
    case "aes_ccm_test.json":
      return vectors<Group<AeadTest>>(text, aesCcm);
    case "aes_cmac_test.json":
      return vectors<Group<MacTest>>(text, aesCmac);
    case "hkdf_sha256_test.json":
      return vectors<Group<HkdfTest>>(text, hkdf);
    case "ecdh_secp256r1_ecpoint_test.json":
      return vectors<Group<EcdhTest>>(text, ecdh);
    case "ecdsa_secp256r1_sha256_p1363_test.json":
      return vectors<EcdsaGroup>(text, ecdsa);
    default:
      return undefined;
  }
}

type Check = (implementation: Implementation) => void;

/** One vector a test; `prepare` gives what to check, or why to skip it. */
function vectors<G extends Group<Test>>(
  text: string,
  prepare: (test: G["tests"][number], group: G) => Check | string,
): Vector[] {
  const { testGroups } = JSON.parse(text) as { testGroups: G[] };
  return testGroups.flatMap((group) =>
    group.tests.map((test): Vector => {
      const name = `tcId ${test.tcId} ${test.comment}`;
      const check = prepare(test, group);
      return typeof check === "string" ? { kind: "skip", name, why: check } : { kind: "check", name, check };
    }),
  );
}

function aesCcm(test: AeadTest, { keySize, tagSize }: Group<AeadTest>): Check | string {
  if (keySize !== 128) return OTHER_AES_KEY;
  const packet = {
    key: fromHex(test.key),
    nonce: fromHex(test.iv),
    aad: fromHex(test.aad),
    sealed: fromHex(test.ct + test.tag),
    tagBytes: tagSize / 8,
  };
  if (test.result === "valid") return (implementation) => checkSealsAndOpens(implementation, packet, fromHex(test.msg));
  const isLengthWrong = test.flags.some((flag) => /^(InvalidNonceSize|InvalidTagSize|InsecureTagSize)$/.test(flag));
  return (implementation) => (isLengthWrong ? checkLengthsRefused : checkDoesNotOpen)(implementation, packet);
}

function aesCmac(test: MacTest, { keySize }: Group<MacTest>): Check | string {
  if (keySize === 192 || keySize === 256) return OTHER_AES_KEY;
  return ({ suite }) => {
    const mac = () => suite.aesCmac(new Secret(fromHex(test.key)), fromHex(test.msg));
    if (keySize !== 128) assert.throws(mac, RangeError);
    else assert.equal(suite.equal(mac(), fromHex(test.tag)), test.result === "valid");
  };
}

function hkdf(test: HkdfTest): Check {
  return ({ suite }) => {
    const prk = suite.hkdfExtract(fromHex(test.salt), new Secret(fromHex(test.ikm)));
    const output = () => suite.hkdfExpand(prk, fromHex(test.info), test.size).reveal();
    if (test.result === "valid") assert.deepEqual(output(), fromHex(test.okm));
    else assert.throws(output, RangeError);
  };
}

/** LK1's points are compressed, so "acceptable" (the compressed one) must work. */
function ecdh(test: EcdhTest): Check {
  return ({ suite }) => {
    const point = compressed(suite, fromHex(test.public));
    const shared = point && suite.p256Dh(scalar(test.private), point);
    assert.deepEqual(shared?.reveal(), test.result === "invalid" ? undefined : fromHex(test.shared));
  };
}

function ecdsa(test: EcdsaTest, { publicKey }: EcdsaGroup): Check {
  return ({ suite }) => {
    const point = compressed(suite, fromHex(publicKey.uncompressed));
    assert.ok(point, "the public key is on the curve");
    assert.equal(suite.es256Verify(point, fromHex(test.sig), fromHex(test.msg)), test.result === "valid");
  };
}

/** An uncompressed point compressed, or undefined if it is not on the curve; other bytes stay as they are. */
function compressed(suite: Suite, point: Uint8Array): Uint8Array | undefined {
  if (point.length !== 65 || point[0] !== 0x04) return point;
  return suite.p256FromCoordinates(point.subarray(1, POINT_BYTES), point.subarray(POINT_BYTES));
}

/** The file writes scalars as ASN.1 integers: with a zero before a high bit, and without leading zeros. */
function scalar(text: string): Secret {
  return new Secret(concat(new Uint8Array(SCALAR_BYTES), fromHex(text)).slice(-SCALAR_BYTES));
}
