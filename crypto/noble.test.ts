import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "./noble.ts";
import { hex, secret } from "./testing/suites.ts";

test("the signature over RFC 6979's sample is the one of A.2.5: the nonce is deterministic, s is not made low", () => {
  const key = secret("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
  const signature = hex(
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
      "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
  );
  assert.deepEqual(nobleSuite.es256Sign(key, new Uint8Array(Buffer.from("sample"))), signature);
});
