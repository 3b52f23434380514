import assert from "node:assert/strict";
import { test } from "node:test";
import { BUNDLE_ITEMS_MAX } from "./bundle.ts";
import { readBundle } from "./read-bundle.ts";

const ISSUER = "00112233445566aa";
const CTI = "a1a2a3a4a5a6a7a8";
const bytes = new Uint8Array([1, 2, 3]);
const roster = { document: "AQID", grants: { all: [CTI] } };

test("every member comes through, and each but the issuer's id may be absent", () => {
  assert.deepEqual(readBundle({ issuerId: ISSUER }), { ok: true, bundle: { issuerId: ISSUER } });
  const difference = { since: 7, put: [CTI], drop: [] };
  const json = {
    issuerId: ISSUER,
    grants: ["AQID"],
    rosters: [roster, { document: "AQID", grants: difference, mayRevoke: 480 }],
    timeTokens: ["AQID"],
  };
  assert.deepEqual(readBundle(json), {
    ok: true,
    bundle: {
      issuerId: ISSUER,
      grants: [bytes],
      rosters: [
        { document: bytes, grants: { kind: "all", all: [CTI] } },
        { document: bytes, grants: { kind: "difference", ...difference }, mayRevoke: 480 },
      ],
      timeTokens: [bytes],
    },
  });
});

test("anything else is refused as a whole, and the sentence names the place", () => {
  const trouble = (json: unknown) => {
    const reading = readBundle(json);
    return reading.ok ? undefined : reading.trouble;
  };
  const withRoster = (changes: object) => trouble({ issuerId: ISSUER, rosters: [{ ...roster, ...changes }] });
  assert.equal(trouble([]), "documents is no object");
  assert.equal(trouble({}), "documents.issuerId is not 16 lower-case hexadecimal digits");
  assert.equal(trouble({ issuerId: ISSUER, keys: [] }), 'documents has a member "keys"');
  assert.equal(trouble({ issuerId: ISSUER, grants: ["AQI"] }), "documents.grants[0] is not base64");
  assert.equal(trouble({ issuerId: ISSUER, timeTokens: {} }), "documents.timeTokens is no list");
  const many = Array.from({ length: BUNDLE_ITEMS_MAX + 1 }, () => "AQID");
  assert.equal(trouble({ issuerId: ISSUER, grants: many }), "documents.grants has more than 1000 items");
  assert.equal(withRoster({ document: 1 }), "documents.rosters[0].document is not base64");
  assert.equal(withRoster({ mayRevoke: -1 }), "documents.rosters[0].mayRevoke is no whole number from 0 to 4294967295");
  assert.equal(withRoster({ grants: undefined }), "documents.rosters[0].grants is no object");
  assert.equal(
    withRoster({ grants: { put: [], drop: [] } }),
    "documents.rosters[0].grants.since is no whole number from 0 to 4294967295",
  );
  assert.equal(withRoster({ grants: { since: 1, put: [] } }), "documents.rosters[0].grants.drop is no list");
  assert.equal(
    withRoster({ grants: { all: [], since: 1 } }),
    "documents.rosters[0].grants has both all grants and a difference",
  );
  assert.equal(
    withRoster({ grants: { all: ["me"] } }),
    "documents.rosters[0].grants.all[0] is not 16 lower-case hexadecimal digits",
  );
});
