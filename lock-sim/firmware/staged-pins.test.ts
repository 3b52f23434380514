import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import type { Credential, GrantClaims } from "../../protocol/documents/grant.ts";
import { MemoryFlash } from "../hardware/memory-flash.ts";
import { StagedPins } from "./staged-pins.ts";
import { boot } from "./storage/testing/bench-table.ts";

const PIN: Credential = { kind: "pin", verifier: new Uint8Array(8) };
const TAG: Credential = { kind: "tag", uid: new Uint8Array(7) };

function grant(id: number, credentials: readonly Credential[] = [PIN]): GrantClaims {
  const id8 = new Uint8Array(8).fill(id);
  return { subject: id8, audience: [id8], expires: 2, issuedAt: 1, id: id8, credentials, rights: 1 };
}

/** Pins of a staging copy with so many PIN grants, whose ids begin with 1. */
function staged(count: number): StagedPins {
  const pins = new StagedPins(suite, boot(new MemoryFlash()).table);
  for (let id = 1; id <= count; id++) pins.put(grant(id));
  return pins;
}

test("a hundred grants with a PIN have room, one more has not, in one PUT or in several", () => {
  assert.equal(staged(99).haveRoomFor([grant(100)]), true);
  assert.equal(staged(99).haveRoomFor([grant(100), grant(101)]), false);
  assert.equal(staged(100).haveRoomFor([grant(101)]), false);
  assert.equal(staged(100).haveRoomFor([grant(101, [PIN, TAG])]), false);
});

test("a grant that is put again counts once, and one without a PIN not at all", () => {
  const pins = staged(100);
  assert.equal(pins.haveRoomFor([grant(100), grant(101, [TAG])]), true);
  pins.put(grant(1, [TAG]));
  assert.equal(pins.haveRoomFor([grant(101)]), true);
});

test("a grant that is dropped makes room, and another staging copy begins at none", () => {
  const pins = staged(100);
  pins.drop(new Uint8Array(8).fill(7));
  assert.equal(pins.haveRoomFor([grant(101)]), true);
  pins.put(grant(101));
  assert.equal(pins.haveRoomFor([grant(102)]), false);
  pins.reset();
  assert.equal(pins.haveRoomFor([grant(102)]), true);
});
