import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { toHex } from "../wire/bytes.ts";
import { type Cbor, decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { type Checked, Reason } from "../wire/reason.ts";
import { signEnvelope } from "./cose-sign1.ts";
import type { Document } from "./document.ts";
import { parseGrant, signGrant, verifyGrant } from "./grant.ts";
import { parseKeyChange, signKeyChange, verifyKeyChange } from "./key-change.ts";
import { parseLogHead, signLogHead, verifyLogHead } from "./log-head.ts";
import { parseManifest, signManifest, verifyManifest } from "./manifest.ts";
import { parseOrder, signOrder, verifyOrder } from "./order.ts";
import { parseReceipt, signReceipt, verifyReceipt } from "./receipt.ts";
import { parseRoster, signRoster, verifyRoster } from "./roster.ts";
import { accepted } from "./testing/documents.ts";
import { vectorKey } from "./testing/vector-keys.ts";
import { parseTimeToken, signTimeToken, verifyTimeToken } from "./time-token.ts";

// What holds for every kind of document alike, shown on all documents of lk1.json.

interface Functions {
  parse(suite: Suite, bytes: Uint8Array): Checked<Document<object>>;
  verify(suite: Suite, bytes: Uint8Array, publicKey: Uint8Array): Checked<unknown>;
  /** Signs again the claims that `parse` read. */
  signParsed(suite: Suite, key: Secret, bytes: Uint8Array): Uint8Array;
}

function functionsOf<Claims extends object>(
  parse: (suite: Suite, bytes: Uint8Array) => Checked<Document<Claims>>,
  verify: (suite: Suite, bytes: Uint8Array, publicKey: Uint8Array) => Checked<unknown>,
  sign: (suite: Suite, key: Secret, claims: Claims) => Uint8Array,
): Functions {
  return { parse, verify, signParsed: (suite, key, bytes) => sign(suite, key, accepted(parse(suite, bytes)).claims) };
}

const FUNCTIONS: Record<string, Functions> = {
  "LK1 grant": functionsOf(parseGrant, verifyGrant, signGrant),
  "LK1 roster": functionsOf(parseRoster, verifyRoster, signRoster),
  "LK1 order": functionsOf(parseOrder, verifyOrder, signOrder),
  "LK1 time": functionsOf(parseTimeToken, verifyTimeToken, signTimeToken),
  "LK1 log": functionsOf(parseLogHead, verifyLogHead, signLogHead),
  "LK1 receipt": functionsOf(parseReceipt, verifyReceipt, signReceipt),
  "LK1 firmware": functionsOf(parseManifest, verifyManifest, signManifest),
  "LK1 issuer": functionsOf(parseKeyChange, verifyKeyChange, signKeyChange),
};

interface Vector {
  name: string;
  aad: string;
  signer: string;
  payload: string;
  document: string;
}
const vectors = lk1Vectors<{ documents: Vector[] }>("documents").documents.map(
  ({ name, aad, signer, payload, document }) => ({
    name,
    domain: aad,
    payload: hex(payload),
    document: hex(document),
    signer: vectorKey(signer),
    // The new issuer's roster carries the old issuer's key change, and so is good under the old key.
    anchor: vectorKey(signer === "newIssuer" ? "issuer" : signer).publicKey,
    functions: FUNCTIONS[aad]!,
  }),
);

test("every document of lk1.json verifies", () => {
  for (const { name, document, anchor, functions } of vectors) {
    assert.equal(functions.verify(opensslSuite, document, anchor).ok, true, name);
  }
});

test("every document of lk1.json is written again from its claims byte for byte", () => {
  for (const { name, document, signer, functions } of vectors) {
    assert.equal(toHex(functions.signParsed(nobleSuite, signer.key, document)), toHex(document), name);
  }
});

test("a document of one kind is none of another", () => {
  for (const { name, domain, document, anchor } of vectors) {
    for (const [other, { verify }] of Object.entries(FUNCTIONS)) {
      if (other !== domain) assert.equal(verify(opensslSuite, document, anchor).ok, false, `${name} as ${other}`);
    }
  }
});

test("every truncation is malformed, and so is a byte too many", () => {
  for (const { name, document, functions } of vectors) {
    for (let length = 0; length < document.length; length++) {
      const checked = functions.parse(opensslSuite, document.subarray(0, length));
      assert.deepEqual(checked, { ok: false, reason: Reason.malformed }, `${name}, ${length} bytes`);
    }
    assert.equal(functions.parse(opensslSuite, Uint8Array.of(...document, 0)).ok, false, name);
  }
});

test("every single flipped bit is refused", (context) => {
  const seed = 20_270_107;
  context.diagnostic(`seed ${seed}: of a long document one bit of each byte, of the others all`);
  const random = new SeededRandom(seed);
  for (const { name, document, anchor, functions } of vectors) {
    for (let at = 0; at < document.length; at++) {
      const bits = document.length > 150 ? [random.below(8)] : [0, 1, 2, 3, 4, 5, 6, 7];
      for (const bit of bits) {
        const flipped = Uint8Array.from(document);
        flipped[at]! ^= 1 << bit;
        assert.equal(functions.verify(opensslSuite, flipped, anchor).ok, false, `${name}, bit ${bit} of byte ${at}`);
      }
    }
  }
});

test("claims that lack an element, have one more or hold another type are malformed, well signed or not", () => {
  for (const { name, domain, payload, signer, functions } of vectors) {
    for (const [what, claims] of misshapen(decodeCbor(payload))) {
      const document = signEnvelope(opensslSuite, signer.key, domain, encodeCbor(claims));
      const checked = functions.parse(opensslSuite, document);
      assert.deepEqual(checked, { ok: false, reason: Reason.malformed }, `${name}, ${what}`);
    }
  }
});

test("whatever stands in the payload, reading it answers and never throws", () => {
  const { claims } = fc.letrec<{ claims: Cbor }>((tie) => ({
    claims: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: -70_000, max: 2 ** 32 - 1 }),
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      fc.array(tie("claims"), { maxLength: 10 }),
      fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 12 }), tie("claims")), { selector: ([key]) => key }).map(toMap),
    ),
  }));
  const { key } = vectorKey("issuer");
  fc.assert(
    fc.property(claims, (value) => {
      const document = signEnvelope(opensslSuite, key, "LK1 any", encodeCbor(value));
      for (const { parse } of Object.values(FUNCTIONS))
        assert.equal(typeof parse(opensslSuite, document).ok, "boolean");
    }),
  );
});

function toMap(entries: [number, Cbor][]): Cbor {
  return new Map(entries);
}

/** Claims with one thing wrong in each. A claim of a map may be one that may be absent, so none is taken away there. */
function* misshapen(claims: Cbor): Generator<[string, Cbor]> {
  // No claim is a negative integer, a bigint, or an array of arrays of arrays.
  const foreign: Cbor[] = [-1, 2n ** 32n, [[[0]]], new Map()];
  yield ["another outermost type", "text"];
  if (claims instanceof Map) {
    yield ["an unknown claim", new Map([...claims, [99, 0]])];
    yield ["a claim under a text", new Map([...claims, ["2", 0]])];
    for (const key of claims.keys()) {
      for (const value of foreign) yield [`${key} of another type`, new Map([...claims, [key, value]])];
    }
  } else if (Array.isArray(claims)) {
    yield ["one more", [...claims, 0]];
    for (const index of claims.keys()) {
      yield [`without ${index}`, claims.toSpliced(index, 1)];
      for (const value of foreign) {
        // The settings of a roster may well be empty.
        const isEmptySettings = claims.length === 10 && index === 9 && value instanceof Map;
        if (!isEmptySettings) yield [`${index} of another type`, claims.with(index, value)];
      }
    }
  }
}

test("a signer is not allowed claims that nobody would accept", () => {
  const { key } = vectorKey("issuer");
  const token = { lockId: new Uint8Array(7), challenge: new Uint8Array(8), time: 1 };
  assert.throws(() => signTimeToken(opensslSuite, key, token), RangeError);
});
