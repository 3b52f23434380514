import assert from "node:assert/strict";
import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import { Secret } from "../../../crypto/secret.ts";
import { checkTag } from "../../../lock-sim/firmware/door/tag-check.ts";
import { EmulatedTagReader } from "../../../lock-sim/hardware/tag-reader.ts";
import { makeTag } from "../../../lock-sim/tag/make-tag.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { concat, equalBytes, uint8 } from "../../../protocol/wire/bytes.ts";
import type { Target } from "../engine/target.ts";
import { Script } from "./script.ts";

const UID = Uint8Array.of(0x04, 1, 2, 3, 4, 5, 6);
const MASTER_KEY = new Secret(new Uint8Array(16).fill(9));
const APDUS_MAX = 12;
const SELECT = Uint8Array.of(0x90, 0x5a, 0, 0, 3, 0x31, 0x4b, 0x4c, 0);
const FIRST = Uint8Array.of(0x90, 0x71, 0, 0, 2, 1, 0, 0);
const SECOND = concat(Uint8Array.of(0x90, 0xaf, 0, 0, 32), new Uint8Array(32), uint8(0));
const CARD_UID = concat(Uint8Array.of(0x90, 0x51, 0, 0, 8), new Uint8Array(8), uint8(0));

/** Command APDUs at the emulated tag, each behind its length: it answers all, and tells nobody without the key who it is. */
export const tag: Target = {
  name: "tag",
  seeds: () => [[SELECT, FIRST, SECOND], [SELECT, FIRST, SELECT], [SELECT, CARD_UID], [FIRST]].map(withLengths),
  dictionary: [SELECT, FIRST, SECOND, CARD_UID, uint8(0x90), uint8(0xaf)],
  inputBytesMax: 400,
  batch: 1000,
  allowed: [],
  open: () => ({
    execute: (input) => {
      const card = makeTag(suite, new SeededRandom(1), "genuine", UID, MASTER_KEY);
      const script = new Script(input);
      for (let apdus = 0; apdus < APDUS_MAX && !script.isOver; apdus++) {
        const answer = card.transceive(script.piece());
        assert(answer && answer.length >= 2 && answer.length <= 18, "a status, and at most a challenge");
      }
    },
  }),
};

const AS_IT_IS = 0;

/** A tag whose every answer the script may change, cut, draw out or replace: only one that changes nothing is genuine. */
export const tagReader: Target = {
  name: "tag-reader",
  seeds: () =>
    [[], [0, 0, 0, 0], [1, 0, 1], [2, 3, 0], [0, 3, 2, 0x91, 0xaf], [0, 0, 4], [0, 0, 0, 1, 2, 4]].map((steps) =>
      Uint8Array.from(steps),
    ),
  dictionary: [Uint8Array.of(0x91, 0x00), Uint8Array.of(0x91, 0xaf), Uint8Array.of(0x91, 0xae)],
  inputBytesMax: 200,
  batch: 300,
  allowed: [],
  open: () => ({
    execute: (input) => {
      const genuine = makeTag(suite, new SeededRandom(1), "genuine", UID, MASTER_KEY);
      const script = new Script(input);
      let isChanged = false;
      const reader = new EmulatedTagReader();
      reader.present({
        uid: UID,
        transceive: (apdu) => {
          const answer = genuine.transceive(apdu);
          const given = answer && altered(answer, script);
          isChanged ||= !given || !equalBytes(answer!, given);
          return given;
        },
      });
      const verdict = checkTag(suite, new SeededRandom(2), reader, UID, MASTER_KEY);
      assert.equal(verdict === "genuine", !isChanged);
    },
  }),
};

function altered(answer: Uint8Array, script: Script): Uint8Array | undefined {
  switch (script.byte() % 5) {
    case AS_IT_IS:
      return answer;
    case 1: {
      const at = script.byte() % answer.length;
      return answer.with(at, answer[at]! ^ script.byte());
    }
    case 2:
      return concat(answer, new Uint8Array(64)).slice(0, script.byte() % 64);
    case 3:
      return script.piece();
    default:
      return undefined;
  }
}

function withLengths(apdus: readonly Uint8Array[]): Uint8Array {
  return concat(...apdus.map((apdu) => concat(uint8(apdu.length), apdu)));
}
