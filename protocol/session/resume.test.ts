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
import { readS1, readS2, resumeTag, startResume, writeS2 } from "./resume.ts";
import { openCommand, openResponse, type SecureChannel, sealCommand, sealResponse } from "./secure-channel.ts";

type Exchange = { CmdCtr: number; command: string; C: string; response: string; R: string };
type Case = { name: string; slot: number; n: number; after: Exchange[] } & Record<
  "R_G" | "R_L" | "command" | "response" | "S1" | "S2" | "shortHash" | "K_GL" | "K_LG" | "TI",
  string
>;
const vector = lk1Vectors<{ RMS: string; cases: Case[] }>("resume");
const [act, status] = [vector.cases[0]!, vector.cases[1]!];

const fast = opensslSuite;
const rms = new Secret(hex(vector.RMS));

const start = (suite: Suite, { R_G, slot, n, command }: Case) =>
  startResume(suite, new ScriptedRandom(hex(R_G)), slot, n, rms, hex(command));
const answer = (suite: Suite, { S1, R_L, response }: Case) =>
  writeS2(suite, new ScriptedRandom(hex(R_L)), readS1(suite, rms, hex(S1)).state, hex(response));

for (const suite of [opensslSuite, nobleSuite]) {
  for (const vectorCase of vector.cases) {
    const { name, command, response, S1, S2, shortHash, K_GL, K_LG, TI, after } = vectorCase;
    test(`both ends resume as lk1.json does with ${name}, on ${suite.name}`, () => {
      const { state, s1 } = start(suite, vectorCase);
      assert.equal(toHex(s1), S1);
      assert.equal(toHex(resumeTag(suite, s1)), shortHash);
      assert.equal(toHex(readS1(suite, rms, s1).command), command);
      const answered = answer(suite, vectorCase);
      assert.equal(toHex(answered.s2), S2);
      const resumed = readS2(suite, state, hex(S2));
      assert.equal(toHex(resumed.response), response);
      assert.equal(toHex(resumed.channel.transactionId), TI);
      assert.equal(toHex(resumed.channel.sendKey.reveal()), K_GL);
      assert.equal(toHex(answered.channel.sendKey.reveal()), K_LG);
      assertExchanges(suite, resumed.channel, answered.channel, after);
    });
  }
}

function assertExchanges(suite: Suite, gateway: SecureChannel, lock: SecureChannel, exchanges: Exchange[]): void {
  for (const { CmdCtr, command, C, response, R } of exchanges) {
    assert.equal(gateway.counter, CmdCtr);
    const sent = sealCommand(suite, gateway, hex(command));
    assert.equal(toHex(sent.message), C);
    const answered = sealResponse(suite, openCommand(suite, lock, hex(C)).channel, hex(response));
    assert.equal(toHex(answered.message), R);
    const got = openResponse(suite, sent.channel, answered.message);
    assert.equal(toHex(got.response), response);
    gateway = got.channel;
    lock = answered.channel;
  }
}

test("S1 and S2 with a bit flipped or cut short are refused", () => {
  for (const s1 of [...everyBitFlip(hex(act.S1)), ...everyTruncation(hex(act.S1))]) {
    assert.throws(() => readS1(fast, rms, s1), ProtocolError);
  }
  for (const s2 of [...everyBitFlip(hex(act.S2)), ...everyTruncation(hex(act.S2))]) {
    assert.throws(() => readS2(fast, start(fast, act).state, s2), ProtocolError);
  }
});

test("another slot, counter or RMS than the one S1 was made for is refused", () => {
  for (const head of ["1901", `1900${"00000029"}`]) {
    const moved = hex(head + act.S1.slice(head.length));
    assert.throws(() => readS1(fast, rms, moved), hasCode("wrong-tag"));
  }
  assert.throws(() => readS1(fast, new Secret(new Uint8Array(32)), hex(act.S1)), hasCode("wrong-tag"));
});

test("the S2 of another S1 is refused, and the gateway's keys are gone", () => {
  const { state } = start(fast, act);
  assert.throws(() => readS2(fast, state, hex(status.S2)), hasCode("wrong-tag"));
  assertWiped(state.rms);
  assert.equal(toHex(rms.reveal()), vector.RMS);
});

test("an S1 answered twice never meets the same keys", () => {
  const random = new SeededRandom(4);
  const sessions = [0, 1].map(() => writeS2(fast, random, readS1(fast, rms, hex(act.S1)).state, hex(act.response)));
  const [first, second] = sessions.map(({ channel }) => toHex(channel.sendKey.reveal()));
  assert.notEqual(first, second);
});

test("S1 sent back is no S2", () => {
  assert.throws(() => readS2(fast, start(fast, act).state, hex(act.S1)), hasCode("unknown-type"));
  assert.throws(() => readS2(fast, start(fast, act).state, hex(`1a${act.S1.slice(2)}`)), hasCode("wrong-tag"));
  assert.throws(() => readS1(fast, rms, hex(`19${act.S2.slice(2)}`)), hasCode("wrong-tag"));
});

test("ERR and wrong lengths leave the gateway's state as it was", () => {
  const { state } = start(fast, act);
  assert.throws(() => readS2(fast, state, hex("1f01")), hasCode("refused-by-peer"));
  assert.throws(() => readS2(fast, state, hex(act.S2.slice(0, 34))), hasCode("wrong-length"));
  assert.equal(toHex(readS2(fast, state, hex(act.S2)).response), act.response);
  assertWiped(state.rms);
});

test("the command and response before a resumed session are not taken in it again", () => {
  const { channel } = answer(fast, act);
  assert.throws(() => openCommand(fast, channel, hex(`170000${act.S1.slice(28)}`)), hasCode("wrong-counter"));
});
