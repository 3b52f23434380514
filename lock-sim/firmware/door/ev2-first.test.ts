import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { flipBit, hex, SUITES, secret } from "../../../crypto/testing/suites.ts";
import { AUTHENTICATIONS } from "../../tag/testing/an12196.ts";
import { answerChallenge, readTagProof, sessionVectors, wipeTagSession } from "./ev2-first.ts";

for (const suite of SUITES) {
  describe(suite.name, () => {
    for (const steps of AUTHENTICATIONS) {
      test(`the reader's steps are those of AN12196, table ${steps.table}`, () => {
        const [key, rndA, rndB] = [secret(steps.key), hex(steps.rndA), hex(steps.rndB)] as const;
        const { challenge, readerProof } = answerChallenge(suite, key, rndA, hex(steps.encryptedRndB));
        assert.deepEqual(challenge, { rndA, rndB });
        assert.deepEqual(readerProof, hex(steps.readerProof));
        assert.deepEqual(sessionVectors(rndA, rndB), { encryption: hex(steps.sv1), mac: hex(steps.sv2) });

        const session = readTagProof(suite, key, challenge, hex(steps.tagProof))!;
        assert.deepEqual(session.transactionId, hex(steps.transactionId));
        assert.deepEqual(session.encryptionKey.reveal(), hex(steps.encryptionKey));
        assert.deepEqual(session.macKey.reveal(), hex(steps.macKey));
        wipeTagSession(session);
        for (const wiped of [session.encryptionKey, session.macKey]) assert.throws(() => wiped.reveal());
      });
    }

    test("a tag's proof with one bit changed, under another key or for another RndA is none", () => {
      const [steps] = AUTHENTICATIONS;
      const challenge = { rndA: hex(steps.rndA), rndB: hex(steps.rndB) };
      const proof = hex(steps.tagProof);
      const key = secret(steps.key);
      for (let bit = 0; bit < 8 * proof.length; bit++)
        assert.equal(readTagProof(suite, key, challenge, flipBit(proof, bit)), undefined);
      for (let bit = 0; bit < 128; bit++) {
        assert.equal(readTagProof(suite, key, { ...challenge, rndA: flipBit(challenge.rndA, bit) }, proof), undefined);
        const otherKey = secret(Buffer.from(flipBit(hex(steps.key), bit)).toString("hex"));
        assert.equal(readTagProof(suite, otherKey, challenge, proof), undefined);
      }
    });

    test("a tag may say what it can, but not that the reader can what it did not say", () => {
      const [steps] = AUTHENTICATIONS;
      const [key, iv] = [secret(steps.key), new Uint8Array(16)] as const;
      const challenge = { rndA: hex(steps.rndA), rndB: hex(steps.rndB) };
      const text = suite.aesCbcDecrypt(key, iv, hex(steps.tagProof));
      const proofWith = (at: number) => suite.aesCbcEncrypt(key, iv, flipBit(text, 8 * at));
      for (let at = 20; at < 26; at++) assert.ok(readTagProof(suite, key, challenge, proofWith(at)));
      for (let at = 26; at < 32; at++) assert.equal(readTagProof(suite, key, challenge, proofWith(at)), undefined);
    });
  });
}
