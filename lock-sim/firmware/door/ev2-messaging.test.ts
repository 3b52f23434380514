import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { flipBit, hex, SUITES, secret } from "../../../crypto/testing/suites.ts";
import { sealAnswer } from "../../tag/ev2-card.ts";
import { GET_CARD_UID } from "../../tag/testing/an12196.ts";
import { commandMac, openAnswer } from "./ev2-messaging.ts";

const session = {
  transactionId: hex(GET_CARD_UID.transactionId),
  encryptionKey: secret(GET_CARD_UID.encryptionKey),
  macKey: secret(GET_CARD_UID.macKey),
};
const answer = hex(GET_CARD_UID.answer);

for (const suite of SUITES) {
  describe(suite.name, () => {
    test("the reader macs GetCardUID and opens its answer as in AN12196, table 28", () => {
      assert.deepEqual(commandMac(suite, session, GET_CARD_UID.instruction, 0), hex(GET_CARD_UID.commandMac));
      assert.deepEqual(openAnswer(suite, session, 0, answer), hex(GET_CARD_UID.uid));
    });

    test("a command maced for one number is another than for the next, in either byte of it", () => {
      const macs = [0, 1, 255, 256].map((counter) => commandMac(suite, session, 0x51, counter).join());
      assert.equal(new Set(macs).size, macs.length);
    });

    test("an answer with one bit changed, or under another number or TI, does not open", () => {
      for (let bit = 0; bit < 8 * answer.length; bit++)
        assert.equal(openAnswer(suite, session, 0, flipBit(answer, bit)), undefined);
      assert.equal(openAnswer(suite, session, 1, answer), undefined);
      const transactionId = flipBit(session.transactionId, 0);
      assert.equal(openAnswer(suite, { ...session, transactionId }, 0, answer), undefined);
    });

    test("data of any length comes back without its padding", () => {
      const card = {
        ti: session.transactionId,
        encKey: session.encryptionKey,
        macKey: session.macKey,
        commands: 0x0100,
      };
      for (const data of [hex(""), hex("80"), hex("8000"), new Uint8Array(15), new Uint8Array(16).fill(0x80)])
        assert.deepEqual(openAnswer(suite, session, 0x00ff, sealAnswer(suite, card, data)), data);
    });

    test("padding without its mark is refused, though the mac is good", () => {
      for (const text of [new Uint8Array(16), new Uint8Array(16).fill(0x01)]) {
        const seed = Uint8Array.of(0x5a, 0xa5, ...session.transactionId, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        const iv = suite.aesCbcEncrypt(session.encryptionKey, new Uint8Array(16), seed);
        const encrypted = suite.aesCbcEncrypt(session.encryptionKey, iv, text);
        const mac = suite.aesCmac(session.macKey, Uint8Array.of(0, 1, 0, ...session.transactionId, ...encrypted));
        const sealed = Uint8Array.of(...encrypted, ...mac.filter((_, i) => i % 2 === 1));
        assert.equal(openAnswer(suite, session, 0, sealed), undefined);
      }
    });
  });
}
