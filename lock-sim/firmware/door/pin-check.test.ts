import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { pinVerifier } from "../../../protocol/documents/pin.ts";
import { TestSite } from "../testing/test-site.ts";
import type { PinGrant } from "./credential-index.ts";
import { grantsWithPin } from "./pin-check.ts";

const PEPPER = new Secret(new Uint8Array(16).fill(0x70));

function grant(number: number, ...pins: string[]): PinGrant {
  const id = TestSite.id(number);
  return { id, verifiers: pins.map((digits) => pinVerifier(opensslSuite, PEPPER, id, digits)) };
}

/** Every call of a primitive with what it was given to work on, in lengths. */
function watched(): { suite: Suite; work: string[] } {
  const work: string[] = [];
  const suite: Suite = {
    ...opensslSuite,
    hmacSha256: (key, ...parts) => {
      work.push("hmac");
      return opensslSuite.hmacSha256(key, ...parts);
    },
    equal: (a, b) => {
      work.push(`equal ${a.length} ${b.length}`);
      return opensslSuite.equal(a, b);
    },
  };
  return { suite, work };
}

test("a PIN finds its grants and no other; the same digits under another grant have another verifier", () => {
  const grants = [grant(1, "1234", "987654"), grant(2, "4321"), grant(3, "1234")];
  const ids = (digits: string) => grantsWithPin(opensslSuite, PEPPER, grants, digits).map((id) => id[0]);
  assert.deepEqual(ids("1234"), [1, 3]);
  assert.deepEqual(ids("987654"), [1]);
  assert.deepEqual(ids("4321"), [2]);
  assert.deepEqual(ids("0000"), []);
  assert.deepEqual(ids(""), []);
  assert.deepEqual(ids("123"), []);
  assert.deepEqual(ids("1234123412341"), []);
});

test("a typed PIN is the same work whether it exists, whose it is, what it looks like, and however many there are", () => {
  const many = Array.from({ length: 100 }, (_, i) => grant(i + 1, String(1000 + i)));
  const cases: [readonly PinGrant[], string][] = [
    [many, "1000"],
    [many, "1099"],
    [many, "7777"],
    [many, "1"],
    [many.slice(0, 3), "1001"],
    [[], "1001"],
  ];
  const works = cases.map(([grants, digits]) => {
    const { suite, work } = watched();
    grantsWithPin(suite, PEPPER, grants, digits);
    return work;
  });
  assert.equal(works[0]!.filter((step) => step === "hmac").length, 100);
  for (const work of works) assert.deepEqual(work, works[0]);
});
