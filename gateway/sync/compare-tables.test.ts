import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { signGrant } from "../../protocol/documents/grant.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { compareTables } from "./compare-tables.ts";

const suite = opensslSuite;
const random = new SeededRandom(1);
const key = suite.p256PrivateKey((length) => random.bytes(length));

/** A signed grant with this id; `uses` makes it another one. */
function grant(id: number, uses = 1): Uint8Array {
  return signGrant(suite, key, {
    subject: new Uint8Array(8),
    audience: [new Uint8Array(8)],
    issuedAt: 0,
    expires: 1,
    id: idOf(id),
    bearerKey: suite.p256PublicKey(key),
    credentials: [{ kind: "key" }],
    rights: 1,
    uses,
  });
}

const idOf = (id: number) => new Uint8Array(8).fill(id);
const listed = (id: number, document: Uint8Array) => ({
  id: idOf(id),
  shortHash: suite.sha256(document).slice(0, 8),
});

test("of equal tables nothing is surplus and nothing missing", () => {
  const [one, two] = [grant(1), grant(2)];
  assert.deepEqual(compareTables(suite, [one, two], [listed(1, one), listed(2, two)]), { surplus: [], missing: [] });
});

test("a grant that the lock has and nobody wants is surplus", () => {
  const [one, two] = [grant(1), grant(2)];
  assert.deepEqual(compareTables(suite, [one], [listed(1, one), listed(2, two)]), { surplus: [idOf(2)], missing: [] });
});

test("a grant that the lock has not, or has with other bytes, is missing", () => {
  const [one, two, other] = [grant(1), grant(2), grant(2, 5)];
  assert.deepEqual(compareTables(suite, [one, two], [listed(2, other)]), { surplus: [], missing: [one, two] });
});
