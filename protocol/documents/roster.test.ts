import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "../wire/bytes.ts";
import type { Reason } from "../wire/reason.ts";
import { signKeyChange } from "./key-change.ts";
import { parseRoster, type RosterClaims, rosterBytes, rosterDigest, signRoster, verifyRoster } from "./roster.ts";
import { SETTING_DEFAULTS } from "./settings.ts";
import { accepted } from "./testing/documents.ts";
import { vectorKey } from "./testing/vector-keys.ts";

const refused = lk1Vectors<{ issuer: string; rosters: { document: string; reason: Reason; why: string }[] }>(
  "rostersRefused",
);
const digests = lk1Vectors<{ cases: { grants: string[]; digest: string }[] }>("rosterDigest").cases;
const { documents } = lk1Vectors<{ documents: { name: string; document: string }[] }>("documents");
const documentNamed = (name: string) => hex(documents.find((document) => document.name === name)!.document);
const issuer = vectorKey("issuer");
const newIssuer = vectorKey("newIssuer");

const CLAIMS: RosterClaims = {
  lockId: hex("106a0850dee5b388"),
  generation: 0,
  epoch: 4,
  issuedAt: 1799280000,
  staleAfter: 0,
  count: 0,
  digest: rosterDigest(suite, []),
  carriedFrom: 0,
  denied: [],
  settings: {},
};
const sign = (claims: RosterClaims) => signRoster(suite, issuer.key, claims);
const ids = (count: number) => Array.from({ length: count }, (_, i) => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, i));

test("rosters that lk1.json refuses are refused with the reason given there", () => {
  for (const { document, reason, why } of refused.rosters) {
    assert.deepEqual(verifyRoster(suite, hex(document), hex(refused.issuer)), { ok: false, reason }, why);
  }
});

test("the claims of the roster of the first three grants are read as they are", () => {
  const document = documentNamed("roster of the first three grants");
  const { claims, keyChange } = accepted(verifyRoster(suite, document, issuer.publicKey));
  assert.equal(keyChange, undefined);
  assert.equal(claims.epoch, 3);
  assert.equal(claims.count, 3);
  assert.equal(claims.staleAfter, 1800489600);
  assert.deepEqual(claims.denied, [hex("49d5789b04310662")]);
  assert.equal(claims.settings.tz, "CET-1CEST,M3.5.0,M10.5.0/3");
});

test("absent settings stay absent", () => {
  const document = documentNamed("roster of nothing, no settings");
  assert.deepEqual(accepted(parseRoster(suite, document)).claims, CLAIMS);
});

test("digests of lk1.json are reproduced, in whatever order the grants are given", () => {
  for (const { grants, digest } of digests) {
    assert.equal(toHex(rosterDigest(suite, grants.map(hex))), digest);
    assert.equal(toHex(rosterDigest(suite, grants.map(hex).reverse())), digest);
  }
});

test("under a new key a roster is good only with a key change, which is handed on", () => {
  const document = documentNamed("roster of the new issuer with the key change as setting 11");
  const { keyChange } = accepted(verifyRoster(suite, document, issuer.publicKey));
  assert.deepEqual(keyChange, { newIssuerPk: newIssuer.publicKey, notBefore: 1799280000 });
});

test("under the anchor's own key nobody looks at a key change's signature", () => {
  const document = documentNamed("roster of the new issuer with the key change as setting 11");
  assert.equal(accepted(verifyRoster(suite, document, newIssuer.publicKey)).keyChange, undefined);
  const keyChange = signKeyChange(suite, vectorKey("bearer").key, { newIssuerPk: newIssuer.publicKey, notBefore: 0 });
  const roster = sign({ ...CLAIMS, settings: { keyChange } });
  assert.equal(accepted(verifyRoster(suite, roster, issuer.publicKey)).keyChange, undefined);
});

test("a key change to a point off the curve is malformed", () => {
  const newIssuerPk = new Uint8Array(33).fill(0xff);
  assert.throws(() => signKeyChange(suite, issuer.key, { newIssuerPk, notBefore: 0 }), RangeError);
});

test("32 denied, 40 holidays, 16 groups and a name of 32 bytes are the most", () => {
  const denied = (count: number) => ({ ...CLAIMS, denied: ids(count) });
  const holidays = (count: number) => ({ ...CLAIMS, settings: { holidays: ids(count).map((_, day) => day) } });
  const groups = (count: number) => ({ ...CLAIMS, settings: { groups: ids(count) } });
  const name = (bytes: number) => ({ ...CLAIMS, settings: { name: "n".repeat(bytes) } });
  for (const good of [denied(32), holidays(40), groups(16), name(32)]) assert.ok(sign(good));
  for (const bad of [denied(33), holidays(41), groups(17), name(33)]) assert.throws(() => sign(bad), RangeError);
});

test("a roster of 990 bytes is good, one of 991 is not signed", () => {
  // The name of a time zone may be as long as the roster has room for it.
  const withZone = (letters: number) => ({ ...CLAIMS, settings: { tz: `${"A".repeat(letters)}-1` } });
  const free = 990 - sign(withZone(300)).length;
  assert.equal(sign(withZone(300 + free)).length, 990);
  assert.equal(rosterBytes(suite, withZone(301 + free)), 991);
  assert.throws(() => sign(withZone(301 + free)), RangeError);
});

test("what a roster does not set is as the page says", () => {
  assert.deepEqual(SETTING_DEFAULTS, {
    autoRelockSeconds: 0,
    wrongTriesMax: 5,
    lockoutSeconds: 60,
    unlockSeconds: 5,
    ajarSeconds: 60,
  });
});

test("a time zone that is no POSIX TZ with rules is malformed", () => {
  for (const tz of ["", "Europe/Stockholm", "CET-1CEST"]) {
    assert.throws(() => sign({ ...CLAIMS, settings: { tz } }), RangeError);
  }
});
