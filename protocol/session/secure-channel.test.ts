import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { ProtocolError } from "../protocol-error.ts";
import { everyBitFlip, everyTruncation } from "../testing/damage.ts";
import { assertWiped, hasCode } from "../testing/facts.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "../wire/bytes.ts";
import {
  channelNonce,
  openCommand,
  openResponse,
  type SecureChannel,
  sealCommand,
  sealResponse,
  wipeChannel,
} from "./secure-channel.ts";

type Exchange = { CmdCtr: number; nonce: string; command: string; C: string; response: string; R: string };
const vector = lk1Vectors<{ K_GL: string; K_LG: string; TI: string; exchanges: Exchange[] }>("commands");
const [first, second] = [vector.exchanges[0]!, vector.exchanges[1]!];

const fast = opensslSuite;

function gatewaySide(counter = 0): SecureChannel {
  return {
    transactionId: hex(vector.TI),
    sendKey: new Secret(hex(vector.K_GL)),
    receiveKey: new Secret(hex(vector.K_LG)),
    counter,
    awaits: "command",
  };
}

function lockSide(counter = 0): SecureChannel {
  const { sendKey, receiveKey, ...rest } = gatewaySide(counter);
  return { ...rest, sendKey: receiveKey, receiveKey: sendKey };
}

const assertEnded = ({ sendKey, receiveKey }: SecureChannel) => assertWiped(sendKey, receiveKey);

for (const suite of [opensslSuite, nobleSuite]) {
  test(`both ends exchange the commands of lk1.json in one session, on ${suite.name}`, () => {
    let gateway = gatewaySide();
    let lock = lockSide();
    for (const { CmdCtr, nonce, command, C, response, R } of vector.exchanges) {
      assert.equal(gateway.counter, CmdCtr);
      assert.equal(toHex(channelNonce(gateway.transactionId, gateway.counter)), nonce);
      const sent = sealCommand(suite, gateway, hex(command));
      assert.equal(toHex(sent.message), C);
      const received = openCommand(suite, lock, hex(C));
      assert.equal(toHex(received.command), command);
      const answered = sealResponse(suite, received.channel, hex(response));
      assert.equal(toHex(answered.message), R);
      const got = openResponse(suite, sent.channel, hex(R));
      assert.equal(toHex(got.response), response);
      gateway = got.channel;
      lock = answered.channel;
    }
  });
}

test("C and R with a bit flipped or cut short are refused", () => {
  const awaiting = () => sealCommand(fast, gatewaySide(), hex(first.command)).channel;
  for (const c of [...everyBitFlip(hex(first.C)), ...everyTruncation(hex(first.C))]) {
    assert.throws(() => openCommand(fast, lockSide(), c), ProtocolError);
  }
  for (const r of [...everyBitFlip(hex(first.R)), ...everyTruncation(hex(first.R))]) {
    assert.throws(() => openResponse(fast, awaiting(), r), ProtocolError);
  }
});

test("a wrong tag ends the session on either side", () => {
  const lock = lockSide();
  assert.throws(() => openCommand(fast, lock, hex(`${first.C.slice(0, -2)}00`)), hasCode("wrong-tag"));
  assertEnded(lock);
  const gateway = sealCommand(fast, gatewaySide(), hex(first.command)).channel;
  assert.throws(() => openResponse(fast, gateway, hex(`${first.R.slice(0, -2)}00`)), hasCode("wrong-tag"));
  assertEnded(gateway);
});

test("a command repeated, skipped or of another session ends the session", () => {
  const lock = sealResponse(fast, openCommand(fast, lockSide(), hex(first.C)).channel, hex(first.response)).channel;
  assert.throws(() => openCommand(fast, lock, hex(first.C)), hasCode("wrong-counter"));
  assertEnded(lock);
  const skipped = lockSide();
  assert.throws(() => openCommand(fast, skipped, hex(second.C)), hasCode("wrong-counter"));
  assertEnded(skipped);
  const renumbered = lockSide();
  assert.throws(() => openCommand(fast, renumbered, hex(`170000${second.C.slice(6)}`)), hasCode("wrong-tag"));
});

test("the response to another command ends the session", () => {
  const gateway = sealCommand(fast, gatewaySide(), hex(first.command)).channel;
  assert.throws(() => openResponse(fast, gateway, hex(second.R)), hasCode("wrong-counter"));
  assertEnded(gateway);
});

test("what an end sent is not taken back by it as an answer, nor by the other as a command", () => {
  const { channel, message } = sealCommand(fast, gatewaySide(), hex(first.command));
  assert.throws(() => openResponse(fast, channel, message), hasCode("unknown-type"));
  const reflected = hex(`18${toHex(message).slice(2)}`);
  assert.throws(() => openResponse(fast, channel, reflected), hasCode("wrong-tag"));
  assert.throws(() => openCommand(fast, lockSide(), hex(`17${first.R.slice(2)}`)), hasCode("wrong-tag"));
});

test("unknown types, wrong lengths and ERR leave the session as it was", () => {
  const lock = lockSide();
  for (const frame of ["2000", "", "17000000", first.R, "1f01"]) {
    assert.throws(() => openCommand(fast, lock, hex(frame)), ProtocolError);
  }
  assert.equal(toHex(openCommand(fast, lock, hex(first.C)).command), first.command);
});

test("the session ends before CmdCtr FFFF", () => {
  const sent = sealCommand(fast, gatewaySide(0xfffe), hex("810d"));
  const received = openCommand(fast, lockSide(0xfffe), sent.message);
  const answered = sealResponse(fast, received.channel, hex("8100"));
  const got = openResponse(fast, sent.channel, answered.message);
  assert.throws(() => sealCommand(fast, got.channel, hex("810d")), hasCode("session-exhausted"));
  assertEnded(got.channel);
  assert.throws(() => openCommand(fast, answered.channel, sent.message), hasCode("session-exhausted"));
  assertEnded(answered.channel);
});

test("steps out of turn are a mistake of ours", () => {
  const { channel } = sealCommand(fast, gatewaySide(), hex("810d"));
  assert.throws(() => sealCommand(fast, channel, hex("810d")), /awaits a response/);
  assert.throws(() => sealResponse(fast, lockSide(), hex("8100")), /awaits a command/);
});

test("a wiped channel can not be used by mistake", () => {
  const channel = gatewaySide();
  wipeChannel(channel);
  assert.throws(() => sealCommand(fast, channel, hex("810d")), /wiped/);
});
