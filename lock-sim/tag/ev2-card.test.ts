import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { flipBit, hex, SUITES, secret } from "../../crypto/testing/suites.ts";
import { acceptCommand, cardChallenge, cardProof, openCardSession, readReaderProof, sealAnswer } from "./ev2-card.ts";
import { AUTHENTICATIONS, GET_CARD_UID } from "./testing/an12196.ts";

for (const suite of SUITES) {
  describe(suite.name, () => {
    for (const steps of AUTHENTICATIONS) {
      const [key, rndA, rndB, ti] = [
        secret(steps.key),
        hex(steps.rndA),
        hex(steps.rndB),
        hex(steps.transactionId),
      ] as const;

      test(`the card's steps are those of AN12196, table ${steps.table}`, () => {
        assert.deepEqual(cardChallenge(suite, key, rndB), hex(steps.encryptedRndB));
        assert.deepEqual(readReaderProof(suite, key, rndB, hex(steps.readerProof)), rndA);
        assert.deepEqual(cardProof(suite, key, ti, rndA), hex(steps.tagProof));
        const session = openCardSession(suite, key, ti, rndA, rndB);
        assert.deepEqual(session.encKey.reveal(), hex(steps.encryptionKey));
        assert.deepEqual(session.macKey.reveal(), hex(steps.macKey));
      });
    }

    test("a reader's proof with one bit changed is none", () => {
      const [steps] = AUTHENTICATIONS;
      const proof = hex(steps.readerProof);
      for (let bit = 0; bit < 8 * proof.length; bit++)
        assert.equal(readReaderProof(suite, secret(steps.key), hex(steps.rndB), flipBit(proof, bit)), undefined);
    });

    test("the card answers GetCardUID as in AN12196, table 28, and counts it", () => {
      const session = {
        ti: hex(GET_CARD_UID.transactionId),
        encKey: secret(GET_CARD_UID.encryptionKey),
        macKey: secret(GET_CARD_UID.macKey),
        commands: 0,
      };
      const mac = hex(GET_CARD_UID.commandMac);
      assert.equal(acceptCommand(suite, session, GET_CARD_UID.instruction, flipBit(mac, 63)), false);
      assert.equal(acceptCommand(suite, session, GET_CARD_UID.instruction, mac), true);
      assert.deepEqual(sealAnswer(suite, session, hex(GET_CARD_UID.uid)), hex(GET_CARD_UID.answer));
      assert.equal(acceptCommand(suite, session, GET_CARD_UID.instruction, mac), false, "a command counts once");
    });
  });
}
