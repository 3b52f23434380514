import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { parseGrant } from "../documents/grant.ts";
import { parseRoster } from "../documents/roster.ts";
import { accepted, signedPayload } from "../documents/testing/documents.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import type { Reason } from "../wire/reason.ts";
import { checkCarried } from "./carried.ts";

interface Vector {
  name: string;
  grant: string;
  roster: string | null;
  inTable: string;
  reason: Reason;
}
const { carried } = lk1Vectors<{ carried: Vector[] }>("carried");

for (const { name, grant, roster, inTable, reason } of carried) {
  test(`lk1.json, carried grant, ${name}: reason ${reason}`, () => {
    const shown = accepted(parseGrant(suite, hex(grant)));
    const claims = roster === null ? undefined : rosterClaims(roster);
    assert.equal(checkCarried(shown, claims, inTable === "" ? undefined : hex(inTable)), reason);
  });
}

test("a carried grant that stands in the table as it is, is not taken back", () => {
  const grant = accepted(parseGrant(suite, hex(carried[1]!.grant)));
  const roster = rosterClaims(carried[2]!.roster!);
  assert.equal(checkCarried(grant, roster, grant.document), 0);
});

function rosterClaims(payload: string) {
  return accepted(parseRoster(suite, signedPayload("LK1 roster", hex(payload)))).claims;
}
