import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "../wire/bytes.ts";
import { isPin, pinVerifier } from "./pin.ts";

const vectors = lk1Vectors<{
  cases: { pinPepper: string; cti: string; digits: string; verifier: string }[];
  refused: string[];
}>("pin");

test("PIN verifiers of lk1.json are reproduced", () => {
  for (const { pinPepper, cti, digits, verifier } of vectors.cases) {
    assert.equal(toHex(pinVerifier(suite, new Secret(hex(pinPepper)), hex(cti), digits)), verifier);
  }
});

test("a PIN is 4 to 12 ASCII digits and nothing else", () => {
  for (const { digits } of vectors.cases) assert.equal(isPin(digits), true);
  for (const text of [...vectors.refused, "1234\n"]) {
    assert.equal(isPin(text), false, JSON.stringify(text));
    assert.throws(() => pinVerifier(suite, new Secret(new Uint8Array(16)), new Uint8Array(8), text), RangeError);
  }
});
