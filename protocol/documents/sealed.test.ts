import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "../wire/bytes.ts";
import { Reason } from "../wire/reason.ts";
import { openSiteSecrets, SEALED_BYTES, sealSiteSecrets } from "./sealed.ts";
import { accepted } from "./testing/documents.ts";

const vector = lk1Vectors<{
  lockId: string;
  e: string;
  boxPrivate: string;
  boxPk: string;
  tagMasterKey: string;
  pinPepper: string;
  sealed: string;
}>("seal");
const lockId = hex(vector.lockId);
const sealed = hex(vector.sealed);
const lock = { lockId, boxKey: new Secret(hex(vector.boxPrivate)) };
const secrets = { tagMasterKey: new Secret(hex(vector.tagMasterKey)), pinPepper: new Secret(hex(vector.pinPepper)) };
const fixedEphemeral = { bytes: () => hex(vector.e) };
const DOES_NOT_OPEN = { ok: false, reason: Reason.unknownKey };

for (const suite of [nobleSuite, opensslSuite]) {
  test(`${suite.name}: with the ephemeral key of lk1.json the seal is the one given there`, () => {
    const made = sealSiteSecrets(suite, fixedEphemeral, { lockId, boxPk: hex(vector.boxPk) }, secrets);
    assert.equal(toHex(made), vector.sealed);
    assert.equal(made.length, SEALED_BYTES);
  });

  test(`${suite.name}: the lock that it is sealed for opens it`, () => {
    const opened = accepted(openSiteSecrets(suite, lock, sealed));
    assert.equal(toHex(opened.tagMasterKey.reveal()), vector.tagMasterKey);
    assert.equal(toHex(opened.pinPepper.reveal()), vector.pinPepper);
  });
}

test("another lock, or the same one under another key, does not open it", () => {
  const otherId = { ...lock, lockId: hex("3b5fe96a2ea4cc0c") };
  const otherKey = { ...lock, boxKey: new Secret(hex(vector.e)) };
  for (const other of [otherId, otherKey])
    assert.deepEqual(openSiteSecrets(opensslSuite, other, sealed), DOES_NOT_OPEN);
});

test("no truncation and no flipped bit opens", () => {
  for (let length = 0; length < sealed.length; length++) {
    assert.deepEqual(openSiteSecrets(opensslSuite, lock, sealed.subarray(0, length)), DOES_NOT_OPEN);
  }
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = Uint8Array.from(sealed);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.deepEqual(openSiteSecrets(opensslSuite, lock, flipped), DOES_NOT_OPEN);
  }
});

test("sealing for a box key that is no point is our own mistake", () => {
  const nowhere = { lockId, boxPk: new Uint8Array(33) };
  assert.throws(() => sealSiteSecrets(opensslSuite, fixedEphemeral, nowhere, secrets), RangeError);
});
