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
import { decodeCbor } from "../wire/cbor.ts";
import { answerA1, readA2, startPass } from "./pass.ts";
import { openCommand, openResponse, sealCommand, sealResponse } from "./secure-channel.ts";

type Exchange = { CmdCtr: number; command: string; C: string; response: string; R: string };
const vector = lk1Vectors<
  { exchanges: Exchange[] } & Record<
    "lockId" | "sigPrivate" | "sigPk" | "e_B" | "e_L" | "TI" | "K_BL" | "K_LB" | "content" | "A1" | "A2",
    string
  >
>("pass");

const fast = opensslSuite;
const lock = { lockId: hex(vector.lockId), sigKey: new Secret(hex(vector.sigPrivate)) };
const expected = { lockId: hex(vector.lockId), sigPk: hex(vector.sigPk) };
const [, challenge, time] = decodeCbor(hex(vector.content)) as [Uint8Array, Uint8Array, number, Uint8Array];

const start = (suite: Suite) => startPass(suite, new ScriptedRandom(hex(vector.e_B)));
const answer = (suite: Suite, a1 = hex(vector.A1)) =>
  answerA1(suite, new ScriptedRandom(hex(vector.e_L), hex(vector.TI)), lock, a1, { challenge, time });

test("the bearer's side reads what lk1.json sends, on either suite", () => {
  for (const suite of [opensslSuite, nobleSuite]) {
    const { state, a1 } = start(suite);
    assert.equal(toHex(a1), vector.A1);
    const passed = readA2(suite, state, hex(vector.A2), expected);
    assert.deepEqual(passed.challenge, challenge);
    assert.equal(passed.time, time);
    assert.equal(toHex(passed.channel.sendKey.reveal()), vector.K_BL);
    assert.equal(toHex(passed.channel.receiveKey.reveal()), vector.K_LB);
  }
});

test("the lock's side sends what lk1.json has, where the suite signs by RFC 6979", () => {
  const { a2, channel } = answer(nobleSuite);
  assert.equal(toHex(a2), vector.A2);
  assert.equal(toHex(channel.sendKey.reveal()), vector.K_LB);
  assert.equal(toHex(channel.receiveKey.reveal()), vector.K_BL);
});

test("the lock's side is understood by the bearer whichever suite signs", () => {
  for (const [lockSuite, bearerSuite] of [
    [opensslSuite, nobleSuite],
    [nobleSuite, opensslSuite],
  ] as const) {
    const passed = readA2(bearerSuite, start(bearerSuite).state, answer(lockSuite).a2, expected);
    assert.deepEqual(passed.challenge, challenge);
  }
});

test("both ends exchange the commands of lk1.json", () => {
  let bearer = readA2(fast, start(fast).state, hex(vector.A2), expected).channel;
  let lockChannel = answer(fast).channel;
  for (const { CmdCtr, command, C, response, R } of vector.exchanges) {
    assert.equal(bearer.counter, CmdCtr);
    const sent = sealCommand(fast, bearer, hex(command));
    assert.equal(toHex(sent.message), C);
    const answered = sealResponse(fast, openCommand(fast, lockChannel, hex(C)).channel, hex(response));
    assert.equal(toHex(answered.message), R);
    bearer = openResponse(fast, sent.channel, answered.message).channel;
    lockChannel = answered.channel;
  }
});

test("A2 with a bit flipped or cut short is refused", () => {
  for (const a2 of [...everyBitFlip(hex(vector.A2)), ...everyTruncation(hex(vector.A2))]) {
    assert.throws(() => readA2(fast, start(fast).state, a2, expected), ProtocolError);
  }
});

test("A1 with a bit flipped or cut short is refused by the lock, or its answer by the bearer", () => {
  for (const a1 of everyBitFlip(hex(vector.A1))) {
    assert.throws(() => readA2(fast, start(fast).state, answer(fast, a1).a2, expected), ProtocolError);
  }
  for (const a1 of everyTruncation(hex(vector.A1))) assert.throws(() => answer(fast, a1), hasCode("wrong-length"));
  assert.throws(() => answer(fast, hex(`1b02${"ff".repeat(32)}`)), hasCode("bad-point"));
});

test("another lock than the one expected never sees a grant", () => {
  const other = { ...expected, lockId: new Uint8Array(8) };
  assert.throws(() => readA2(fast, start(fast).state, hex(vector.A2), other), hasCode("wrong-lock"));
});

test("a signature by another key is refused, as is one over another run", () => {
  const otherKey = { ...expected, sigPk: hex(vector.A1).subarray(1) };
  assert.throws(() => readA2(fast, start(fast).state, hex(vector.A2), otherKey), hasCode("wrong-signature"));
  const impostor = { lockId: lock.lockId, sigKey: fast.p256PrivateKey((length) => new SeededRandom(5).bytes(length)) };
  const { a2 } = answerA1(fast, new SeededRandom(6), impostor, hex(vector.A1), { challenge, time });
  assert.throws(() => readA2(fast, start(fast).state, a2, expected), hasCode("wrong-signature"));
});

test("an A2 of another run is refused, and A1 sent back is no A2", () => {
  const { state } = startPass(fast, new SeededRandom(7));
  assert.throws(() => readA2(fast, state, hex(vector.A2), expected), hasCode("wrong-tag"));
  assertWiped(state.ephemeral);
  assert.throws(() => readA2(fast, start(fast).state, hex(vector.A1), expected), hasCode("unknown-type"));
});

test("ERR and wrong lengths leave the bearer's state as it was", () => {
  const { state } = start(fast);
  assert.throws(() => readA2(fast, state, hex("1f02"), expected), hasCode("refused-by-peer"));
  assert.throws(() => readA2(fast, state, hex(vector.A2.slice(0, 90)), expected), hasCode("wrong-length"));
  assert.equal(readA2(fast, state, hex(vector.A2), expected).time, time);
  assertWiped(state.ephemeral);
});
