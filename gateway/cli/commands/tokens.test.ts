import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const SCOPE = { locks: ["0a1b2c3d4e5f6071", "0a1b2c3d4e5f6072"], groups: ["00112233445566aa"] };
const MADE = {
  id: "00000000000000b2",
  role: "operator",
  createdAt: "2027-01-07T00:00:00.000Z",
  token: "00000000000000b2.x",
};

test("a new token alone is on stdout, so that it can go into a file", async (t) => {
  const { portvakt, requests } = cliFixture(t, { "POST /v1/tokens": [{ status: 201, body: MADE }] });
  const { exitCode, out, err } = await portvakt(
    "token",
    "add",
    "--role",
    "operator",
    "--name",
    "Care",
    "--expires",
    "90d",
  );
  assert.deepEqual([exitCode, out], [0, [MADE.token]]);
  assert.deepEqual(err, ["Token 00000000000000b2 of the role operator; it is shown this once:"]);
  assert.deepEqual(requests[0]?.body, { role: "operator", name: "Care", expiresAt: "2027-04-07T00:00:00.000Z" });
});

test("an end can be a time", async (t) => {
  const { portvakt, requests } = cliFixture(t, { "POST /v1/tokens": [{ status: 201, body: MADE }] });
  await portvakt("token", "add", "--role", "viewer", "--expires", "2027-12-31T23:00:00+01:00", "--json");
  assert.deepEqual(requests[0]?.body, { role: "viewer", expiresAt: "2027-12-31T22:00:00.000Z" });
});

test("a role or an end that is none is a mistake of the command line", async (t) => {
  for (const args of [["--role", "king"], ["--role", "viewer", "--expires", "soon"], []]) {
    const { portvakt, requests } = cliFixture(t);
    const { exitCode, err } = await portvakt("token", "add", ...args);
    assert.equal(exitCode, 2);
    assert.match(err[0]!, /^error: /);
    assert.deepEqual(requests, []);
  }
});

test("tokens are one table", async (t) => {
  const items = [
    { ...MADE, name: "Care", lastUsedOn: "2027-01-06" },
    { ...MADE, id: "00000000000000c3", role: "viewer", revokedAt: "2027-01-06T00:00:00.000Z" },
    { ...MADE, id: "00000000000000d4", role: "admin", scope: SCOPE, expiresAt: "2027-01-17T00:00:00.000Z" },
  ];
  const { portvakt } = cliFixture(t, { "GET /v1/tokens": [{ body: { items } }] });
  assert.deepEqual((await portvakt("token", "list")).out, [
    "TOKEN             ROLE      NAME  SCOPE             LAST USED   ENDS",
    "00000000000000b2  operator  Care  all               2027-01-06  never",
    "00000000000000c3  viewer    –     all               never       revoked 24 h ago",
    "00000000000000d4  admin     –     1 group, 2 locks  never       in 10 days",
  ]);
});

test("a token can be confined to locks and groups, and be one that signs", async (t) => {
  const { token: _, ...made } = MADE;
  const { portvakt, requests } = cliFixture(t, { "POST /v1/tokens": [{ status: 201, body: made }] });
  const key = `02${"AB".repeat(32)}`;
  const { out } = await portvakt(
    "token",
    "add",
    "--role",
    "operator",
    "--lock",
    "0A",
    "0b",
    "--group",
    "0C",
    "--public-key",
    key,
  );
  const scope = { locks: ["0a", "0b"], groups: ["0c"] };
  assert.deepEqual(requests[0]?.body, { role: "operator", scope, publicKey: key.toLowerCase() });
  assert.deepEqual(out, ["Made 00000000000000b2, operator: its requests name it as keyid."]);
});

test("a token is revoked by its id", async (t) => {
  const { portvakt, requests } = cliFixture(t, { "DELETE /v1/tokens/00000000000000b2": [{ status: 204 }] });
  const { exitCode, out } = await portvakt("token", "revoke", "00000000000000B2");
  assert.deepEqual([exitCode, out], [0, ["Revoked 00000000000000b2."]]);
  assert.equal(requests.length, 1);
});
