import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { hex, secret } from "../../crypto/testing/suites.ts";
import { ScriptedRandom } from "../../protocol/testing/scripted-random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { DesfireTag } from "./desfire-tag.ts";
import { AUTHENTICATIONS } from "./testing/an12196.ts";

const [STEPS] = AUTHENTICATIONS;
const SELECT = "905a000003314b4c00";
const SECOND_COMMAND = `90af000020${STEPS.readerProof}00`;

/** A card with AN12196's key as all its keys, and the randoms of the authentications named. */
function card(...authentications: (typeof AUTHENTICATIONS)[number][]) {
  const randoms = authentications.flatMap(({ rndB, transactionId }) => [hex(rndB), hex(transactionId)]);
  const keys = new Map([0, 1, 3].map((number) => [number, secret(STEPS.key)]));
  const tag = new DesfireTag(nobleSuite, new ScriptedRandom(...randoms), hex("04958caa5c5e80"), [
    { id: hex("314b4c"), keys },
  ]);
  return { tag, send: (apdu: string) => toHex(tag.transceive(hex(apdu))) };
}

for (const steps of AUTHENTICATIONS) {
  test(`the card exchanges the very bytes of AN12196, table ${steps.table}`, () => {
    const { send } = card(steps);
    assert.equal(send(SELECT), "9100");
    assert.equal(send(steps.firstCommand), `${steps.encryptedRndB}91af`);
    assert.equal(send(`90af000020${steps.readerProof}00`), `${steps.tagProof}9100`);
  });
}

test("an application is found by its id with the least significant byte first, and by no other", () => {
  const { send } = card();
  assert.equal(send("905a0000034c4b3100"), "91a0");
  assert.equal(send("905a000003314b4c00"), "9100");
  assert.equal(send("905a00000300000000"), "9100", "PICC level");
  for (const wrong of ["905a000000", "905a000002314b00", "905a000004314b4c0000"]) assert.equal(send(wrong), "917e");
});

test("there is no key to authenticate with at PICC level, nor one of a number that the application has not", () => {
  const { send } = card();
  assert.equal(send("9071000002010000"), "9140");
  send(SELECT);
  assert.equal(send("9071000002020000"), "9140");
  assert.equal(send("90710000010100"), "917e");
  assert.equal(send("9071000002010600"), "917e");
});

test("a reader that has not the key is told so, and its next proof finds no challenge", () => {
  const { send } = card(STEPS);
  send(SELECT);
  send(STEPS.firstCommand);
  assert.equal(send(`90af000020${"00".repeat(32)}00`), "91ae");
  assert.equal(send(SECOND_COMMAND), "911c");
});

test("a proof of another length is refused, and the challenge with it", () => {
  const { send } = card(STEPS);
  send(SELECT);
  send(STEPS.firstCommand);
  assert.equal(send(`90af00001f${STEPS.readerProof.slice(2)}00`), "917e");
  assert.equal(send(SECOND_COMMAND), "911c");
});

test("any other command between the two parts ends the authentication", () => {
  for (const between of [SELECT, STEPS.firstCommand, "9060000000", "00a4040000"]) {
    const { send } = card(STEPS);
    send(SELECT);
    send(STEPS.firstCommand);
    assert.match(send(between), /^91ca$|^6e00$/);
    assert.equal(send(SECOND_COMMAND), "911c");
  }
});

test("GetCardUID needs a session, and its mac that session's", () => {
  const { send } = card(STEPS);
  send(SELECT);
  assert.equal(send("9051000008000000000000000000"), "91ae");
  send(STEPS.firstCommand);
  send(SECOND_COMMAND);
  assert.equal(send("9051000008000000000000000000"), "911e");
  assert.equal(send("9051000008000000000000000000"), "91ae", "the wrong mac ended the session");
});

test("a card out of the field forgets what was selected and who was authenticated", () => {
  const { tag, send } = card(STEPS);
  send(SELECT);
  send(STEPS.firstCommand);
  tag.leaveField();
  assert.equal(send(SECOND_COMMAND), "911c");
  assert.equal(send(STEPS.firstCommand), "9140");
});

test("what is no wrapped native command gets ISO's status words", () => {
  const { send } = card();
  assert.equal(send(""), "6700");
  assert.equal(send("905a0000"), "6700");
  assert.equal(send("905a000003314b4c"), "6700", "without Le");
  assert.equal(send("905a000003314b4c01"), "6700", "with another Le");
  assert.equal(send("905a000002314b4c00"), "6700");
  assert.equal(send("00a4040000"), "6e00");
  assert.equal(send("905a010003314b4c00"), "6a86");
  assert.equal(send("905a000103314b4c00"), "6a86");
  assert.equal(send("9060000000"), "911c", "GetVersion");
});
