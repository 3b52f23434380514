import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { signatureHeaders } from "../uplink/http-signature.ts";
import { parseSignature, parseSignatureInput } from "./signature-input.ts";

const SEED = Number(process.env.SEED ?? 1);
const GOOD = 'sig1=("@method" "@target-uri");created=1798761600;nonce="9f0c3b7a51d2";keyid="5b1f3c0d9e8a7b6c"';

test("what this gateway's own signer of deliveries says is read as it is meant", () => {
  const parts = { suite: opensslSuite, keyId: "5b1f3c0d9e8a7b6c", key: new Secret(new Uint8Array(32)) };
  const components = [
    ["@method", "POST"],
    ["content-digest", "sha-256=:x:"],
  ] as const;
  const headers = signatureHeaders(parts, components, 1_798_761_600);
  const input = parseSignatureInput(`${headers["signature-input"]};nonce="12345678"`);
  assert.deepEqual(input, {
    label: "portvakt",
    components: ["@method", "content-digest"],
    params: '("@method" "content-digest");created=1798761600;keyid="5b1f3c0d9e8a7b6c";nonce="12345678"',
    created: 1_798_761_600,
    nonce: "12345678",
    keyId: "5b1f3c0d9e8a7b6c",
  });
  // An HMAC has another length than what is taken here.
  assert.equal(parseSignature(headers.signature, "portvakt"), undefined);
});

test("no part of a good header is one, and nor is one with more", () => {
  assert(parseSignatureInput(GOOD));
  for (let end = 0; end < GOOD.length; end++) assert.equal(parseSignatureInput(GOOD.slice(0, end)), undefined);
  for (const more of [";", ', sig2=("@method")', ";created=1", ';x="1"', ";tag", ';keyid="a"', " x"]) {
    assert.equal(parseSignatureInput(`${GOOD}${more}`), undefined, more);
  }
  for (const [from, to] of [
    ['"@method" "@target-uri"', '"@method""@target-uri"'],
    ['"@method"', '"@method";req'],
    ['"@method"', '"Method"'],
    ["sig1", "SIG1"],
    ["1798761600", "17987.6"],
    ["1798761600", '"1798761600"'],
    ["9f0c3b7a51d2", '9f0c\\"3b7a51d2'],
  ] as const) {
    assert.equal(parseSignatureInput(GOOD.replace(from, to)), undefined, to);
  }
});

test("whatever comes is read or refused, never thrown at", (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const pieces = fc.constantFrom(
    "sig1=",
    "(",
    ")",
    '"@method"',
    " ",
    ";created=1",
    ';nonce="12345678"',
    ';keyid="a"',
    ",",
    '"',
    ":",
    "=",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((all) => all.join("")),
      ),
      (text) => {
        parseSignatureInput(text);
        parseSignature(text, "sig1");
      },
    ),
    { seed: SEED, numRuns: 500 },
  );
});
