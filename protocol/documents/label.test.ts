import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { formatLabel, LabelError, parseLabel } from "./label.ts";

const vectors = lk1Vectors<{
  encode: { lockId: string; S: string; text: string }[];
  decode: { typed: string; lockId: string; S: string }[];
  refused: { typed: string; why: string }[];
}>("labels");
const GOOD = vectors.encode[0]!.text;

function refusal(typed: string): LabelError {
  try {
    parseLabel(suite, typed);
  } catch (error) {
    assert.ok(error instanceof LabelError);
    return error;
  }
  assert.fail(`accepted ${typed}`);
}

test("labels of lk1.json are written as there", () => {
  for (const { lockId, S, text } of vectors.encode) {
    assert.equal(formatLabel(suite, { lockId: hex(lockId), secret: new Secret(hex(S)) }), text);
  }
});

test("what a person may type for a label is read as the label", () => {
  for (const { typed, lockId, S } of vectors.decode) {
    const label = parseLabel(suite, typed);
    assert.deepEqual(label.lockId, hex(lockId));
    assert.deepEqual(label.secret.reveal(), hex(S));
  }
});

test("what lk1.json refuses as a label is refused", () => {
  for (const { typed } of vectors.refused) refusal(typed);
});

test("the refusal says which mistake was made, in one sentence", () => {
  const mistakes = [
    "",
    "LK1",
    GOOD.slice(4),
    `${GOOD}0`,
    GOOD.slice(0, -1),
    GOOD.replace("Y", "U"),
    GOOD.replace("Y", "X"),
  ];
  assert.deepEqual(
    mistakes.map((typed) => refusal(typed).mistake),
    ["prefix", "prefix", "prefix", "length", "length", "letter", "check"],
  );
  for (const typed of mistakes) assert.match(refusal(typed).message, /^[^.]+\.$/);
  assert.equal(refusal(GOOD.replace("Y", "U")).message, 'Character 8 after LK1: is "U", which no label has.');
});

test("no refusal repeats what was typed of the secret", () => {
  for (const typed of [`${GOOD}0`, GOOD.slice(0, -1), GOOD.replace("Y", "*"), GOOD.replace("Y", "X")]) {
    assert.ok(!refusal(typed).message.includes(GOOD.slice(20, 26)));
  }
});

test("letters outside ASCII are not read as the ones they resemble", () => {
  // Their capitals are I, S and SS.
  for (const letter of ["ı", "ſ", "ß"]) assert.equal(refusal(GOOD.replace("Y", letter)).mistake, "letter");
});

test("a label with one wrong character is refused, wherever it is", () => {
  let accepted = 0;
  for (let i = 4; i < GOOD.length; i++) {
    for (const wrong of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
      if (wrong === GOOD[i]) continue;
      try {
        parseLabel(suite, GOOD.slice(0, i) + wrong + GOOD.slice(i + 1));
        accepted++;
      } catch (error) {
        assert.ok(error instanceof LabelError);
      }
    }
  }
  // The check has 16 bits: one in 65,536 wrong labels passes, and none of these 1,302.
  assert.equal(accepted, 0);
});

test("every label comes back from its text", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(bytes(8), bytes(16), (lockId, secret) => {
      const label = parseLabel(suite, formatLabel(suite, { lockId, secret: new Secret(secret) }).toLowerCase());
      assert.deepEqual(label.lockId, lockId);
      assert.deepEqual(label.secret.reveal(), secret);
    }),
  );
});
