import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Suite } from "../../../crypto/suite.ts";
import { hex, SUITES, secret } from "../../../crypto/testing/suites.ts";
import { tagKey } from "../../../protocol/documents/tag-key.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { EmulatedTagReader, type Tag } from "../../hardware/tag-reader.ts";
import { DesfireTag } from "../../tag/desfire-tag.ts";
import { faultyTag, type TagFault } from "../../tag/faulty-tag.ts";
import { makeTag, type TagKind } from "../../tag/make-tag.ts";
import { checkTag, type TagVerdict } from "./tag-check.ts";

const UID = hex("04a1b2c3d4e5f6");
const OTHER_UID = hex("04a1b2c3d4e5f7");
const APPLICATION_ID = hex("314b4c");
const masterKey = () => secret("00112233445566778899aabbccddeeff");

/** SelectApplication, both parts of AuthenticateEV2First, GetCardUID. */
const ANSWER_BYTES = [2, 18, 34, 26];
const APDUS = ANSWER_BYTES.map((_, i) => i + 1);

interface Check {
  readonly verdict: TagVerdict;
  readonly commands: Uint8Array[];
  readonly answers: Uint8Array[];
}

for (const suite of SUITES) {
  describe(suite.name, () => {
    // The tag computes with the other suite.
    const tagSuite = SUITES.find((other) => other !== suite)!;
    const tags = new SeededRandom(4);
    const make = (kind: TagKind, uid = UID) => makeTag(tagSuite, tags, kind, uid, masterKey());
    const entropy = new SeededRandom(5);
    const check = (tag: Tag) => present(suite, entropy, tag);
    const checkFaulty = (fault: TagFault) => check(faultyTag(make("genuine"), fault)).verdict;

    test("a genuine tag is genuine in four APDUs, as often as it comes", () => {
      const tag = make("genuine");
      for (let i = 0; i < 3; i++) {
        const { verdict, answers } = check(tag);
        assert.equal(verdict, "genuine");
        assert.deepEqual(
          answers.map(({ length }) => length),
          ANSWER_BYTES,
        );
      }
    });

    test("the reader asks for application 4C4B31, least significant byte first, and for key 1", () => {
      const { commands } = check(make("genuine"));
      assert.deepEqual(commands.slice(0, 2).map(toHex), ["905a000003314b4c00", "9071000002010000"]);
    });

    test("a copied uid without the key is refused", () => {
      assert.equal(check(make("cloned")).verdict, "refused");
    });

    test("a tag of some other system is refused at its first answer", () => {
      const { verdict, answers } = check(make("foreign"));
      assert.equal(verdict, "refused");
      assert.deepEqual(answers.map(toHex), ["91a0"]);
    });

    test("a genuine tag of another uid, or of another stair, is refused", () => {
      const borrowed: Tag = make("genuine", OTHER_UID);
      assert.equal(check({ uid: UID, transceive: (apdu) => borrowed.transceive(apdu) }).verdict, "refused");
      const otherStair = makeTag(tagSuite, tags, "genuine", UID, secret("ff".repeat(16)));
      assert.equal(check(otherStair).verdict, "refused");
    });

    test("a tag whose session says another uid than its anticollision is refused, though it holds the key", () => {
      const keys = new Map([[1, tagKey(tagSuite, masterKey(), UID)]]);
      const inside = new DesfireTag(tagSuite, tags, OTHER_UID, [{ id: APPLICATION_ID, keys }]);
      const { verdict, answers } = check({ uid: UID, transceive: (apdu) => inside.transceive(apdu) });
      assert.equal(verdict, "refused");
      assert.equal(answers.length, 4);
    });

    test("the right key under another number is refused", () => {
      const keys = new Map([[0, tagKey(tagSuite, masterKey(), UID)]]);
      const { verdict, answers } = check(new DesfireTag(tagSuite, tags, UID, [{ id: APPLICATION_ID, keys }]));
      assert.equal(verdict, "refused");
      assert.equal(toHex(answers.at(-1)!), "9140");
    });

    test("a uid that is not seven bytes is refused before a word is said", () => {
      for (const uid of ["", "08112233", "04a1b2c3d4e5", "04a1b2c3d4e5f6a7b8c9"]) {
        const { verdict, commands } = check({ ...make("genuine"), uid: hex(uid), transceive: () => hex("9100") });
        assert.equal(verdict, "refused");
        assert.equal(commands.length, 0);
      }
    });

    test("a tag pulled away at any APDU is gone, and genuine when it comes back", () => {
      for (const atApdu of APDUS) {
        const tag = make("genuine");
        assert.equal(check(faultyTag(tag, { kind: "pulled-away", atApdu })).verdict, "gone");
        assert.equal(check(tag).verdict, "genuine");
      }
    });

    test("every other status word at any APDU is refused", () => {
      const right = [0x9100, 0x91af, 0x9100, 0x9100];
      const codes = Array.from({ length: 256 }, (_, code) => 0x9100 + code);
      for (const atApdu of APDUS)
        for (const statusWord of [0x9000, 0x90af, 0x6700, 0x6a82, 0x6e00, 0x0000, 0xffff, ...codes])
          if (statusWord !== right[atApdu - 1])
            assert.equal(checkFaulty({ kind: "status-word", atApdu, statusWord }), "refused");
    });

    test("every truncation and every prolongation of any answer is refused", () => {
      for (const atApdu of APDUS)
        for (let bytes = 0; bytes <= 64; bytes++)
          if (bytes !== ANSWER_BYTES[atApdu - 1])
            assert.equal(checkFaulty({ kind: "answer-length", atApdu, bytes }), "refused");
    });

    test("a byte of data too many or too few before the right status word is refused", () => {
      for (const atApdu of APDUS) {
        assert.equal(check(withData(make("genuine"), atApdu, (data) => Uint8Array.of(...data, 0))).verdict, "refused");
        // SelectApplication answers without data.
        if (atApdu === 1) continue;
        assert.equal(check(withData(make("genuine"), atApdu, (data) => data.slice(1))).verdict, "refused");
      }
    });

    test("every single-bit flip of any answer is refused", () => {
      for (const atApdu of APDUS)
        for (let bit = 0; bit < 8 * ANSWER_BYTES[atApdu - 1]!; bit++)
          assert.equal(checkFaulty({ kind: "flipped-bit", atApdu, bit }), "refused");
    });

    test("the answers of a genuine exchange, played again, are refused: RndA is fresh", () => {
      const tag = make("genuine");
      const recorded = check(tag);
      assert.equal(recorded.verdict, "genuine");
      const replayed = check(faultyTag(tag, { kind: "replayed", answers: recorded.answers }));
      assert.equal(replayed.verdict, "refused");
      assert.equal(replayed.answers.length, 3);
      assert.notDeepEqual(replayed.commands[2], recorded.commands[2]);
    });

    test("the reader's own cryptogram, sent back as the tag's, is refused", () => {
      for (const encryptedRndB of [new Uint8Array(16), tags.bytes(16)]) {
        const mirror: Tag = {
          uid: UID,
          transceive(apdu) {
            if (apdu[1] === 0x5a) return hex("9100");
            if (apdu[1] === 0x71) return Uint8Array.of(...encryptedRndB, 0x91, 0xaf);
            return Uint8Array.of(...apdu.slice(5, 37), 0x91, 0x00);
          },
        };
        const { verdict, commands } = check(mirror);
        assert.equal(verdict, "refused");
        assert.equal(commands.length, 3);
      }
    });

    test("a reader without the key learns nothing from a genuine tag but that", () => {
      const { verdict, answers } = present(suite, entropy, make("genuine"), secret("ff".repeat(16)));
      assert.equal(verdict, "refused");
      assert.equal(toHex(answers.at(-1)!), "91ae");
    });

    test("every key that was derived is wiped, however the check ends", () => {
      for (const atApdu of [...APDUS, 9]) {
        const keys: (() => Uint8Array)[] = [];
        const watching: Suite = {
          ...suite,
          aesCbcDecrypt(key, iv, blocks) {
            keys.push(() => key.reveal());
            return suite.aesCbcDecrypt(key, iv, blocks);
          },
        };
        present(watching, entropy, faultyTag(make("genuine"), { kind: "pulled-away", atApdu }));
        assert.equal(keys.length, [0, 0, 1, 2, 3][Math.min(atApdu, 5) - 1]);
        for (const reveal of keys) assert.throws(reveal, /wiped/);
      }
    });
  });
}

/** The tag with the data of one answer changed and its status word kept. */
function withData(tag: Tag, atApdu: number, change: (data: Uint8Array) => Uint8Array): Tag {
  let apdus = 0;
  return {
    uid: tag.uid,
    transceive(apdu) {
      apdus++;
      const answer = tag.transceive(apdu)!;
      return apdus === atApdu ? Uint8Array.of(...change(answer.slice(0, -2)), ...answer.slice(-2)) : answer;
    },
  };
}

/** Lays the tag into the field, checks it against its own uid, takes it away; with all that went over the air. */
function present(suite: Suite, entropy: SeededRandom, tag: Tag, tagMasterKey = masterKey()): Check {
  const field = new EmulatedTagReader();
  field.present(tag);
  const commands: Uint8Array[] = [];
  const answers: Uint8Array[] = [];
  const reader = {
    poll: () => field.poll(),
    exchange(apdu: Uint8Array) {
      commands.push(apdu);
      const answer = field.exchange(apdu);
      if (answer !== undefined) answers.push(answer);
      return answer;
    },
  };
  const verdict = checkTag(suite, entropy, reader, tag.uid, tagMasterKey);
  field.remove();
  return { verdict, commands, answers };
}
