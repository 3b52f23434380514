import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import { everyBitFlip, everyTruncation } from "../testing/damage.ts";
import { assertWiped, hasCode } from "../testing/facts.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { ScriptedRandom } from "../testing/scripted-random.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { toHex } from "../wire/bytes.ts";
import { answerP1, readP2, readP3, readP4, startPair, writeP3, writeP4 } from "./pair.ts";
import { readLockInfo, readLogPosition, readSiteInfo, writeLockInfo, writeSiteInfo } from "./pair-contents.ts";

const vector = lk1Vectors<
  Record<"lockId" | "S" | "e_G" | "e_L" | "lockInfo" | "siteInfo" | "p4Content", string> &
    Record<"th" | "PMK" | "K_LG" | "K_GL" | "P1" | "P2" | "P3" | "P4", string>
>("pair");

const fast = opensslSuite;
const label = { lockId: hex(vector.lockId), secret: new Secret(hex(vector.S)) };
const lockInfo = readLockInfo(fast, hex(vector.lockInfo));
const site = readSiteInfo(fast, hex(vector.siteInfo));
const position = readLogPosition(hex(vector.p4Content));

const start = (suite: Suite) => startPair(suite, new ScriptedRandom(hex(vector.e_G)), label);
const answer = (suite: Suite) => answerP1(suite, new ScriptedRandom(hex(vector.e_L)), label, hex(vector.P1), lockInfo);

for (const suite of [opensslSuite, nobleSuite]) {
  test(`the gateway pairs as lk1.json does, on ${suite.name}`, () => {
    const begun = start(suite);
    assert.equal(toHex(begun.p1), vector.P1);
    const known = readP2(suite, begun.state, hex(vector.P2));
    assert.deepEqual(known.lockInfo, lockInfo);
    assert.equal(toHex(known.th), vector.th);
    assert.equal(toHex(known.pmk.reveal()), vector.PMK);
    assert.equal(toHex(known.keyLG.reveal()), vector.K_LG);
    assert.equal(toHex(known.keyGL.reveal()), vector.K_GL);
    const sent = writeP3(suite, known, site);
    assert.equal(toHex(sent.p3), vector.P3);
    assert.deepEqual(readP4(suite, sent.state, hex(vector.P4)), position);
    assert.equal(toHex(known.pmk.reveal()), vector.PMK);
  });

  test(`the lock pairs as lk1.json does, on ${suite.name}`, () => {
    const begun = answer(suite);
    assert.equal(toHex(begun.p2), vector.P2);
    const accepted = readP3(suite, begun.state, hex(vector.P3));
    assert.deepEqual(accepted.site, site);
    assert.equal(toHex(accepted.pmk.reveal()), vector.PMK);
    assert.equal(toHex(writeP4(suite, accepted.state, position)), vector.P4);
    assert.equal(toHex(accepted.pmk.reveal()), vector.PMK);
  });
}

test("P1 with a bit flipped is refused by the lock, or its answer by the gateway", () => {
  for (const p1 of everyBitFlip(hex(vector.P1))) {
    assert.throws(() => {
      const { p2 } = answerP1(fast, new ScriptedRandom(hex(vector.e_L)), label, p1, lockInfo);
      readP2(fast, start(fast).state, p2);
    }, ProtocolError);
  }
});

test("P2, P3 and P4 with a bit flipped or cut short are refused", () => {
  const damaged = (message: string) => [...everyBitFlip(hex(message)), ...everyTruncation(hex(message))];
  for (const p2 of damaged(vector.P2)) assert.throws(() => readP2(fast, start(fast).state, p2), ProtocolError);
  for (const p3 of damaged(vector.P3)) assert.throws(() => readP3(fast, answer(fast).state, p3), ProtocolError);
  for (const p4 of damaged(vector.P4)) {
    const { state } = writeP3(fast, readP2(fast, start(fast).state, hex(vector.P2)), site);
    assert.throws(() => readP4(fast, state, p4), ProtocolError);
  }
});

test("P1 cut short is of the wrong length, and a point that is none is bad", () => {
  const random = new SeededRandom(1);
  for (const p1 of everyTruncation(hex(vector.P1))) {
    assert.throws(() => answerP1(fast, random, label, p1, lockInfo), hasCode("wrong-length"));
  }
  // Not on the curve; the point at infinity's byte; an uncompressed prefix.
  for (const point of [`02${"00".repeat(31)}01`, "00".repeat(33), `04${vector.P1.slice(4)}`, `02${"ff".repeat(32)}`]) {
    const p1 = hex(`11${point}`);
    assert.throws(() => answerP1(fast, random, label, p1, lockInfo), hasCode("bad-point"), point);
  }
});

test("another label, on either side, fails at the first tag", () => {
  const otherSecret = { ...label, secret: new Secret(new Uint8Array(16)) };
  const otherLock = { ...label, lockId: new Uint8Array(8) };
  for (const wrong of [otherSecret, otherLock]) {
    const { state } = startPair(fast, new ScriptedRandom(hex(vector.e_G)), wrong);
    assert.throws(() => readP2(fast, state, hex(vector.P2)), hasCode("wrong-tag"));
    const lock = answerP1(fast, new ScriptedRandom(hex(vector.e_L)), wrong, hex(vector.P1), lockInfo);
    assert.throws(() => readP3(fast, lock.state, hex(vector.P3)), hasCode("wrong-tag"));
  }
});

test("messages of another run are refused", () => {
  const { state } = startPair(fast, new SeededRandom(2), label);
  assert.throws(() => readP2(fast, state, hex(vector.P2)), hasCode("wrong-tag"));
  const lock = answerP1(fast, new SeededRandom(3), label, hex(vector.P1), lockInfo);
  assert.throws(() => readP3(fast, lock.state, hex(vector.P3)), hasCode("wrong-tag"));
});

test("a message sent back under the type of the answer is refused", () => {
  const { state } = writeP3(fast, readP2(fast, start(fast).state, hex(vector.P2)), site);
  assert.throws(() => readP4(fast, state, hex(vector.P3)), hasCode("unknown-type"));
  assert.throws(() => readP4(fast, state, hex(`14${vector.P3.slice(2)}`)), hasCode("wrong-tag"));
  const lock = answer(fast);
  assert.throws(() => readP3(fast, lock.state, hex(`13${vector.P2.slice(68)}`)), hasCode("wrong-tag"));
});

test("a wrong type, a wrong length and ERR leave the state as it was; a wrong tag wipes it", () => {
  const { state } = start(fast);
  assert.throws(() => readP2(fast, state, hex("1f04")), hasCode("refused-by-peer"));
  assert.throws(() => readP2(fast, state, hex(vector.P4)), hasCode("unknown-type"));
  assert.throws(() => readP2(fast, state, hex(vector.P2).subarray(0, 40)), hasCode("wrong-length"));
  readP2(fast, state, hex(vector.P2));

  const spoilt = start(fast).state;
  assert.throws(() => readP2(fast, spoilt, hex(`${vector.P2.slice(0, -2)}00`)), hasCode("wrong-tag"));
  assertWiped(spoilt.ephemeral, spoilt.labelSecret);
  const lock = answer(fast).state;
  assert.throws(() => readP3(fast, lock, hex(`${vector.P3.slice(0, -2)}00`)), hasCode("wrong-tag"));
  assertWiped(lock.pmk, lock.keyGL, lock.keyLG);
});

test("keys that have served are wiped, and the label's secret is not", () => {
  const gateway = start(fast);
  const known = readP2(fast, gateway.state, hex(vector.P2));
  assertWiped(gateway.state.ephemeral, gateway.state.labelSecret);
  const { state } = writeP3(fast, known, site);
  assertWiped(known.keyGL);
  readP4(fast, state, hex(vector.P4));
  assertWiped(state.keyLG);
  const accepted = readP3(fast, answer(fast).state, hex(vector.P3));
  writeP4(fast, accepted.state, position);
  assertWiped(accepted.state.keyLG);
  assert.equal(toHex(label.secret.reveal()), vector.S);
});

test("contents of another shape are refused", () => {
  const bad = { ...lockInfo, sigPk: new Uint8Array(33) };
  assert.throws(() => readLockInfo(fast, writeLockInfo(bad)), hasCode("bad-point"));
  for (const wrong of [
    { slot: 4 },
    { model: "m".repeat(33) },
    { model: "å".repeat(17) },
    { boxPk: new Uint8Array(32) },
  ]) {
    assert.throws(() => readLockInfo(fast, writeLockInfo({ ...lockInfo, ...wrong })), hasCode("malformed"));
  }
  assert.throws(
    () => readSiteInfo(fast, writeSiteInfo({ ...site, issuerPk: new Uint8Array(33) })),
    hasCode("bad-point"),
  );
  assert.throws(
    () => readSiteInfo(fast, writeSiteInfo({ ...site, gatewayId: new Uint8Array(7) })),
    hasCode("malformed"),
  );
  assert.throws(() => readSiteInfo(fast, writeLockInfo(lockInfo)), hasCode("malformed"));
});
