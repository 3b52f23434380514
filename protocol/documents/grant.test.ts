import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { type Cbor, decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { Reason } from "../wire/reason.ts";
import { parseEnvelope, signEnvelope } from "./cose-sign1.ts";
import { GRANT_BYTES_MAX, type GrantClaims, grantBytes, grantId, parseGrant, signGrant, verifyGrant } from "./grant.ts";
import { accepted } from "./testing/documents.ts";
import { vectorKey } from "./testing/vector-keys.ts";

type Refused = { document: string; reason?: Reason; why: string };
const refused = lk1Vectors<{ issuer: string; envelope: Refused[]; claims: Refused[] }>("documentsRefused");
const { documents } = lk1Vectors<{ documents: { name: string; document: string }[] }>("documents");
const documentNamed = (name: string) => hex(documents.find((document) => document.name === name)!.document);
const issuer = vectorKey("issuer");

const CLAIMS: GrantClaims = {
  subject: hex("2e5cfd312333b628"),
  audience: [hex("106a0850dee5b388")],
  expires: 1801872000,
  notBefore: 1799280000,
  issuedAt: 1799279940,
  id: hex("1111111111111111"),
  bearerKey: vectorKey("bearer").publicKey,
  credentials: [{ kind: "key" }],
  rights: 3,
};
const sign = (claims: GrantClaims) => signGrant(suite, issuer.key, claims);
const ids = (count: number) => Array.from({ length: count }, (_, i) => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, i));

test("documents that lk1.json refuses as grants are refused with the reason given there", () => {
  for (const { document, reason, why } of [...refused.envelope, ...refused.claims]) {
    const checked = verifyGrant(suite, hex(document), hex(refused.issuer));
    assert.equal(checked.ok, false, why);
    if (!checked.ok && reason !== undefined) assert.equal(checked.reason, reason, why);
  }
});

test("the claims of a phone's grant are read as they are", () => {
  assert.deepEqual(accepted(verifyGrant(suite, documentNamed("grant of a phone"), issuer.publicKey)), CLAIMS);
});

test("credentials, rule and windows of a grant of a tag and a PIN are read as they are", () => {
  const document = documentNamed("grant of a tag and a PIN, both wanted, in office hours");
  const { credentials, rule, windows, bearerKey } = accepted(parseGrant(suite, document)).claims;
  assert.deepEqual(credentials, [
    { kind: "tag", uid: hex("04a1b2c3d4e5f6") },
    { kind: "pin", verifier: hex("03e292a6844a6f6f") },
  ]);
  assert.equal(rule, 2);
  assert.deepEqual(windows, [
    { days: 31, from: 480, to: 1020 },
    { days: 128, from: 600, to: 840 },
  ]);
  assert.equal(bearerKey, undefined);
});

test("the id of a grant is found without reading the rest", () => {
  assert.deepEqual(grantId(documentNamed("grant of a phone")), { ok: true, value: CLAIMS.id });
  assert.deepEqual(grantId(Uint8Array.of(0xd2)), { ok: false, reason: Reason.malformed });
});

test("16 audiences and 16 windows are the most, and none is too few", () => {
  const window = { days: 255, from: 0, to: 1440 };
  const windows = (count: number) => Array.from({ length: count }, () => window);
  assert.ok(sign({ ...CLAIMS, audience: ids(16) }));
  assert.ok(sign({ ...CLAIMS, windows: windows(16) }));
  for (const count of [0, 17]) {
    assert.throws(() => sign({ ...CLAIMS, audience: ids(count) }), RangeError);
    assert.throws(() => sign({ ...CLAIMS, windows: windows(count) }), RangeError);
  }
});

test("a bearer's key of another type, or on another curve, is malformed", () => {
  const envelope = parseEnvelope(sign(CLAIMS), GRANT_BYTES_MAX);
  assert.ok(envelope.ok);
  const claims = decodeCbor(envelope.value.payload) as Map<number, Cbor>;
  const confirmation = (claims.get(8) as Map<number, Map<number, Cbor>>).get(1)!;
  const withKey = (label: number, value: Cbor) => {
    const key = new Map([...confirmation, [label, value]]);
    const changed = new Map<number, Cbor>([...claims, [8, new Map([[1, key]])]]);
    return parseGrant(suite, signEnvelope(suite, issuer.key, "LK1 grant", encodeCbor(changed)));
  };
  assert.equal(withKey(1, 2).ok, true);
  assert.deepEqual(withKey(1, 1), { ok: false, reason: Reason.malformed });
  assert.deepEqual(withKey(-1, 2), { ok: false, reason: Reason.malformed });
});

test("a grant of no credentials is malformed, a bearer key or not", () => {
  const { bearerKey: _, ...unkeyed } = CLAIMS;
  assert.throws(() => sign({ ...unkeyed, credentials: [] }), RangeError);
  assert.throws(() => sign({ ...CLAIMS, credentials: [] }), RangeError);
});

test("a grant without a rule asks for one kind, and one of a single kind can ask for no more", () => {
  assert.ok(sign({ ...CLAIMS, rule: 1 }));
  assert.throws(() => sign({ ...CLAIMS, rule: 2 }), RangeError);
});

test("a grant of 640 bytes is good, a longer one is not signed", () => {
  const longest = documentNamed("grant of 640 bytes");
  const { claims } = accepted(parseGrant(suite, longest));
  assert.equal(longest.length, GRANT_BYTES_MAX);
  assert.equal(sign(claims).length, GRANT_BYTES_MAX);
  assert.equal(claims.notBefore, 1799280000);
  assert.throws(() => sign({ ...claims, credentials: [...claims.credentials, { kind: "key" }] }), RangeError);
});

test("a grant without an end is for people who live there alone", () => {
  const { expires, ...endless } = CLAIMS;
  assert.ok(expires);
  assert.throws(() => sign(endless), RangeError);
  assert.ok(sign({ ...endless, rights: 35 }));
});

test("a rule asks for no more kinds than the grant has", () => {
  const verifier = new Uint8Array(8);
  const twoKinds = { ...CLAIMS, credentials: [{ kind: "pin", verifier }, { kind: "key" }] } as const;
  assert.ok(sign({ ...twoKinds, rule: 2 }));
  assert.throws(() => sign({ ...twoKinds, rule: 3 }), RangeError);
  const onePin = { ...twoKinds, credentials: [...twoKinds.credentials, { kind: "pin", verifier }] } as const;
  assert.throws(() => sign({ ...onePin, rule: 3 }), RangeError);
});

test("whatever claims an issuer may sign come back the same", () => {
  const id = fc.uint8Array({ minLength: 8, maxLength: 8 });
  const time = fc.nat(0xffffffff);
  const minute = fc.nat(1440);
  const window = fc.record({ days: fc.nat(255), from: minute, to: minute }, { noNullPrototype: true });
  const claims: fc.Arbitrary<GrantClaims> = fc.record(
    {
      subject: id,
      audience: fc.array(id, { minLength: 1, maxLength: 16 }),
      expires: time,
      notBefore: time,
      issuedAt: time,
      id: id.filter((bytes) => bytes.some((byte) => byte !== 0)),
      bearerKey: fc.constant(CLAIMS.bearerKey!),
      credentials: fc.constant([{ kind: "tag", uid: new Uint8Array(7) }, { kind: "key" }] as const),
      rule: fc.constantFrom(1, 2),
      windows: fc.array(window, { minLength: 1, maxLength: 16 }),
      rights: fc.nat(63),
      uses: fc.integer({ min: 1, max: 0xffffffff }),
    },
    {
      requiredKeys: ["subject", "audience", "expires", "issuedAt", "id", "bearerKey", "credentials", "rights"],
      noNullPrototype: true,
    },
  );
  fc.assert(
    fc.property(claims, (signed) => {
      const document = sign(signed);
      assert.deepEqual(accepted(verifyGrant(suite, document, issuer.publicKey)), signed);
      assert.equal(grantBytes(suite, signed), document.length);
    }),
  );
});
