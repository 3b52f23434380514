import assert from "node:assert/strict";
import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import { Secret } from "../../../crypto/secret.ts";
import { openSiteSecrets, sealSiteSecrets } from "../../../protocol/documents/sealed.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Target } from "../engine/target.ts";
import { lk1Seeds } from "./lk1-seeds.ts";

/** Sealed site secrets: only what was sealed for this lock opens. */
export const sealed: Target = {
  name: "sealed",
  seeds: () => [ours().document, ...lk1Seeds("seal"), ...lk1Seeds("points")],
  dictionary: lk1Seeds("points"),
  inputBytesMax: 100,
  batch: 500,
  allowed: [],
  open: () => {
    const { lock, document } = ours();
    return {
      execute: (input) => {
        const opened = openSiteSecrets(suite, lock, input);
        assert.equal(opened.ok, equalBytes(input, document));
      },
    };
  },
};

function ours() {
  const random = new SeededRandom(1);
  const boxKey = suite.p256PrivateKey((length) => random.bytes(length));
  const lock = { lockId: new Uint8Array(8).fill(1), boxKey };
  const secrets = { tagMasterKey: new Secret(random.bytes(16)), pinPepper: new Secret(random.bytes(16)) };
  const document = sealSiteSecrets(suite, random, { ...lock, boxPk: suite.p256PublicKey(boxKey) }, secrets);
  return { lock, document };
}
