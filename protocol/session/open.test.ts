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
import { ascii, toHex } from "../wire/bytes.ts";
import { readCaps, writeCaps } from "./caps.ts";
import { answerO1, isO1Authentic, readO2, startOpen } from "./open.ts";
import { openCommand, type SecureChannel, sealCommand } from "./secure-channel.ts";

const vector = lk1Vectors<
  { slot: number } & Record<"PMK" | "e_G" | "e_L" | "TI" | "K_GL" | "K_LG" | "RMS" | "caps" | "O1" | "O2", string>
>("open");

const fast = opensslSuite;
const pmk = new Secret(hex(vector.PMK));
const caps = readCaps(hex(vector.caps));

const start = (suite: Suite) => startOpen(suite, new ScriptedRandom(hex(vector.e_G)), vector.slot, pmk);
const answer = (suite: Suite, o1 = hex(vector.O1)) =>
  answerO1(suite, new ScriptedRandom(hex(vector.e_L), hex(vector.TI)), pmk, o1, caps);

function assertChannel(channel: SecureChannel, keys: { sends: string; receives: string }): void {
  assert.equal(toHex(channel.transactionId), vector.TI);
  assert.equal(toHex(channel.sendKey.reveal()), keys.sends);
  assert.equal(toHex(channel.receiveKey.reveal()), keys.receives);
  assert.equal(channel.counter, 0);
}

for (const suite of [opensslSuite, nobleSuite]) {
  test(`the gateway opens as lk1.json does, on ${suite.name}`, () => {
    const { state, o1 } = start(suite);
    assert.equal(toHex(o1), vector.O1);
    const opened = readO2(suite, state, hex(vector.O2));
    assert.deepEqual(opened.caps, caps);
    assert.equal(toHex(opened.rms.reveal()), vector.RMS);
    assertChannel(opened.channel, { sends: vector.K_GL, receives: vector.K_LG });
  });

  test(`the lock opens as lk1.json does, on ${suite.name}`, () => {
    assert.ok(isO1Authentic(suite, pmk, hex(vector.O1)));
    const { channel, rms, o2 } = answer(suite);
    assert.equal(toHex(o2), vector.O2);
    assert.equal(toHex(rms.reveal()), vector.RMS);
    assertChannel(channel, { sends: vector.K_LG, receives: vector.K_GL });
  });
}

test("caps are written as lk1.json has them, and no others are read", () => {
  assert.equal(toHex(writeCaps(caps)), vector.caps);
  for (const wrong of [{ flags: 256 }, { head: new Uint8Array(15) }, { challenge: new Uint8Array(9) }, { n: -1 }]) {
    assert.throws(() => readCaps(writeCaps({ ...caps, ...wrong })), hasCode("malformed"));
  }
});

test("O1 with a bit flipped or cut short never gets as far as a point multiplication", () => {
  for (const o1 of everyBitFlip(hex(vector.O1)).slice(8)) {
    assert.equal(isO1Authentic(fast, pmk, o1), false);
    assert.throws(() => answer(fast, o1), hasCode("wrong-mac"));
  }
  for (const o1 of everyTruncation(hex(vector.O1))) {
    assert.throws(() => isO1Authentic(fast, pmk, o1), hasCode("wrong-length"));
    assert.throws(() => answer(fast, o1), hasCode("wrong-length"));
  }
});

test("O1 under another slot's PMK is not authentic", () => {
  const otherPmk = new Secret(new Uint8Array(32));
  assert.equal(isO1Authentic(fast, otherPmk, hex(vector.O1)), false);
});

test("a bad point under a good mac is refused all the same", () => {
  // Whoever holds PMK could do this; nobody else can.
  const key = fast.hkdfExpand(pmk, ascii("LK1 open mac"), 32);
  const unsigned = hex(`150002${"ff".repeat(32)}`);
  const o1 = Uint8Array.of(...unsigned, ...fast.hmacSha256(key, unsigned).subarray(0, 8));
  assert.throws(() => answerO1(fast, new SeededRandom(1), pmk, o1, caps), hasCode("bad-point"));
});

test("O2 with a bit flipped or cut short is refused", () => {
  for (const o2 of [...everyBitFlip(hex(vector.O2)), ...everyTruncation(hex(vector.O2))]) {
    assert.throws(() => readO2(fast, start(fast).state, o2), ProtocolError);
  }
});

test("an O2 of another run, or of a lock with another PMK, is refused", () => {
  const { state } = startOpen(fast, new SeededRandom(2), vector.slot, pmk);
  assert.throws(() => readO2(fast, state, hex(vector.O2)), hasCode("wrong-tag"));
  const stranger = startOpen(fast, new ScriptedRandom(hex(vector.e_G)), vector.slot, new Secret(new Uint8Array(32)));
  assert.throws(() => readO2(fast, stranger.state, hex(vector.O2)), hasCode("wrong-tag"));
});

test("an O1 replayed gets a session that its replayer can not speak in", () => {
  const { channel: gateway } = readO2(fast, start(fast).state, hex(vector.O2));
  const { message: recorded } = sealCommand(fast, gateway, hex("8101"));
  const { channel: lock } = answerO1(fast, new SeededRandom(4), pmk, hex(vector.O1), caps);
  assert.throws(() => openCommand(fast, lock, recorded), hasCode("wrong-tag"));
  assertWiped(lock.receiveKey);
});

test("O1 sent back is no O2", () => {
  assert.throws(() => readO2(fast, start(fast).state, hex(vector.O1)), hasCode("unknown-type"));
  const reflected = hex(`16${vector.O1.slice(4)}`);
  assert.throws(() => readO2(fast, start(fast).state, reflected), ProtocolError);
});

test("ERR and frames of the wrong length leave the state as it was; a wrong tag wipes it, but not the caller's PMK", () => {
  const { state } = start(fast);
  assert.throws(() => readO2(fast, state, hex("1f02")), hasCode("refused-by-peer"));
  assert.throws(() => readO2(fast, state, hex(vector.O2.slice(0, 90))), hasCode("wrong-length"));
  readO2(fast, state, hex(vector.O2));
  assertWiped(state.pmk, state.ephemeral);

  const spoilt = start(fast).state;
  assert.throws(() => readO2(fast, spoilt, hex(`${vector.O2.slice(0, -2)}00`)), hasCode("wrong-tag"));
  assertWiped(spoilt.pmk, spoilt.ephemeral);
  assert.equal(toHex(pmk.reveal()), vector.PMK);
});
