import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const GRANT = {
  id: "00000000000000a1",
  subject: "00000000000000b2",
  locks: ["aaaaaaaaaaaaaaaa"],
  publicKey: `02${"11".repeat(32)}`,
  rights: ["unlock"],
  notAfter: "2027-01-07T03:00:00.000Z",
  createdAt: "2027-01-07T00:00:00.000Z",
  document: "",
};

test("a grant is asked for as it was typed, ids in lower case", async (t) => {
  const { portvakt, requests } = cliFixture(t, { "POST /v1/grants": [{ status: 201, body: GRANT }] });
  const key = GRANT.publicKey.toUpperCase();
  const times = ["--not-before", "2027-01-01T00:00:00Z", "--not-after", GRANT.notAfter];
  const rest = ["--uses", "3", "--name", "Anna", "--id", "00000000000000A1", "--subject", "00000000000000B2"];
  const locks = ["--lock", "AAAAAAAAAAAAAAAA", "bbbbbbbbbbbbbbbb"];
  const { exitCode, out } = await portvakt("grant", "add", ...locks, "--key", key, ...times, ...rest);
  assert.equal(exitCode, 0);
  assert.deepEqual(requests[0]?.body, {
    notAfter: GRANT.notAfter,
    notBefore: "2027-01-01T00:00:00Z",
    name: "Anna",
    locks: ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"],
    publicKey: GRANT.publicKey,
    rights: ["unlock"],
    uses: 3,
    id: GRANT.id,
    subject: GRANT.subject,
  });
  assert.deepEqual(out, ["Granted 00000000000000a1: unlock at aaaaaaaaaaaaaaaa."]);
});

test("grants are one table, revoked ones marked", async (t) => {
  const revoked = { ...GRANT, id: "00000000000000a2", name: "Bo", revokedAt: "2027-01-06T22:00:00.000Z" };
  const { notAfter: _, ...essential } = { ...GRANT, id: "00000000000000a3", rights: ["unlock", "essential"] };
  const { portvakt } = cliFixture(t, { "GET /v1/grants": [{ body: { items: [GRANT, revoked, essential] } }] });
  const { out } = await portvakt("grant", "list");
  assert.deepEqual(out, [
    "GRANT             NAME  RIGHTS             ENDS             LOCKS",
    "00000000000000a1  –     unlock             in 3 h           aaaaaaaaaaaaaaaa",
    "00000000000000a2  Bo    unlock             revoked 2 h ago  aaaaaaaaaaaaaaaa",
    "00000000000000a3  –     unlock, essential  never            aaaaaaaaaaaaaaaa",
  ]);
});

test("a grant is revoked by its id", async (t) => {
  const { portvakt } = cliFixture(t, { "DELETE /v1/grants/00000000000000a1": [{ status: 204 }] });
  const { exitCode, out } = await portvakt("grant", "revoke", "00000000000000A1");
  assert.equal(exitCode, 0);
  assert.deepEqual(out, ["Revoked 00000000000000a1. Its locks refuse it as soon as they have their next roster."]);
});
