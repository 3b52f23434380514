import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nobleSuite } from "../noble.ts";
import { Secret } from "../secret.ts";
import { deterministicSuite } from "./deterministic-suite.ts";
import { hex, secret } from "./suites.ts";

const SEED = Number(process.env.SEED ?? 20270108);

const PRIVATE_KEY = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";

/** RFC 6979 A.2.5, with SHA-256. */
const VALUES = [
  {
    message: "sample",
    r: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
    s: "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
  },
  {
    message: "test",
    r: "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
    s: "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
  },
];

test("signs as RFC 6979 A.2.5 does", () => {
  for (const { message, r, s } of VALUES)
    assert.deepEqual(deterministicSuite.es256Sign(secret(PRIVATE_KEY), Buffer.from(message)), hex(r + s));
});

test("signs whatever noble signs with the same bytes", (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const scalar = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter(nobleSuite.isP256PrivateKey);
  const messages = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 });
  fc.assert(
    fc.property(scalar, messages, (bytes, parts) => {
      const key = new Secret(bytes);
      assert.deepEqual(deterministicSuite.es256Sign(key, ...parts), nobleSuite.es256Sign(key, ...parts));
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test("signs with the first and the last private key, and with nothing that is none", () => {
  const order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
  for (const scalar of [`${"00".repeat(31)}01`, `${order.slice(0, -1)}0`])
    assert.deepEqual(
      deterministicSuite.es256Sign(secret(scalar), hex("01")),
      nobleSuite.es256Sign(secret(scalar), hex("01")),
    );
  for (const scalar of ["", "00".repeat(32), order])
    assert.throws(() => deterministicSuite.es256Sign(secret(scalar), hex("01")), RangeError);
});
