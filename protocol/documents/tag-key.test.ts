import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "../wire/bytes.ts";
import { tagKey } from "./tag-key.ts";

const { cases } = lk1Vectors<{ cases: { tagMasterKey: string; uid: string; key: string }[] }>("tagKey");

for (const suite of [nobleSuite, opensslSuite]) {
  test(`${suite.name}: tag keys of lk1.json are reproduced`, () => {
    for (const { tagMasterKey, uid, key } of cases) {
      assert.equal(toHex(tagKey(suite, new Secret(hex(tagMasterKey)), hex(uid)).reveal()), key);
    }
  });
}
