import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const KEY = `02${"11".repeat(32)}`;
const GRANT = {
  id: "00000000000000a1",
  subject: "00000000000000b2",
  locks: ["aaaaaaaaaaaaaaaa"],
  groups: [],
  with: [{ kind: "key", publicKey: KEY }],
  require: 1,
  rights: ["unlock"],
  until: "2027-01-07T03:00:00.000Z",
  createdAt: "2027-01-07T00:00:00.000Z",
  document: "ZG9jdW1lbnQ=",
};

test("a grant is asked for as it was typed, ids in lower case", async (t) => {
  const { portvakt, requests } = cliFixture(t, { "POST /v1/grants": [{ status: 201, body: GRANT }] });
  const who = ["--name", "Anna", "--id", "00000000000000A1", "--subject", "00000000000000B2"];
  const where = ["--lock", "AAAAAAAAAAAAAAAA", "bbbbbbbbbbbbbbbb", "--group", "laundry"];
  const when = [
    "--from",
    "2027-01-01T00:00:00Z",
    "--until",
    GRANT.until,
    "--days",
    "mon-fri",
    "--hours",
    "08:00-17:00",
  ];
  const how = ["--key", KEY.toUpperCase(), "--tag", "04AABBCCDDEEFF", "--pin", "--require", "2", "--uses", "3"];
  const { exitCode, out } = await portvakt("grant", "add", ...who, ...where, ...when, ...how);
  assert.equal(exitCode, 0);
  assert.deepEqual(requests[0]?.body, {
    name: "Anna",
    from: "2027-01-01T00:00:00Z",
    until: GRANT.until,
    require: 2,
    uses: 3,
    locks: ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"],
    groups: ["laundry"],
    schedule: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "17:00" }],
    with: [{ kind: "key", publicKey: KEY }, { kind: "tag", uid: "04aabbccddeeff" }, { kind: "pin" }],
    rights: ["unlock"],
    id: GRANT.id,
    subject: GRANT.subject,
  });
  assert.deepEqual(out, [
    "Granted 00000000000000a1 at aaaaaaaaaaaaaaaa: always, until 2027-01-07 03:00 UTC, unlock, key.",
  ]);
});

test("a PIN that was drawn is shown, with the warning that it is for once", async (t) => {
  const drawn = { ...GRANT, with: [{ kind: "pin", digits: "123456" }] };
  const { portvakt } = cliFixture(t, { "POST /v1/grants": [{ status: 201, body: drawn }] });
  const { out } = await portvakt("grant", "add", "--lock", "aaaaaaaaaaaaaaaa", "--until", GRANT.until, "--pin");
  assert.equal(out[1], "The PIN is 123456. It is shown this once.");
});

test("a grant with nothing to show, or at times that are none, is a wrong command line", async (t) => {
  const { portvakt, requests, err } = cliFixture(t);
  assert.equal((await portvakt("grant", "add", "--lock", "aaaaaaaaaaaaaaaa")).exitCode, 2);
  assert.deepEqual(err, ["error: say what is to be shown at the lock: --key, --tag or --pin"]);
  assert.equal((await portvakt("grant", "add", "--pin", "--days", "someday")).exitCode, 2);
  assert.deepEqual(requests, []);
});

test("grants are one table, revoked ones marked", async (t) => {
  const revoked = { ...GRANT, id: "00000000000000a2", name: "Bo", revokedAt: "2027-01-06T22:00:00.000Z" };
  const { until: _, ...essential } = { ...GRANT, id: "00000000000000a3", rights: ["unlock", "essential"] };
  const { portvakt } = cliFixture(t, { "GET /v1/grants": [{ body: { items: [GRANT, revoked, essential] } }] });
  const { out } = await portvakt("grant", "list");
  assert.deepEqual(out, [
    "GRANT             NAME  STATE            WHERE             WHAT",
    "00000000000000a1  –     ends in 3 h      aaaaaaaaaaaaaaaa  always, until 2027-01-07 03:00 UTC, unlock, key",
    "00000000000000a2  Bo    revoked 2 h ago  aaaaaaaaaaaaaaaa  always, until 2027-01-07 03:00 UTC, unlock, key",
    "00000000000000a3  –     good             aaaaaaaaaaaaaaaa  always, unlock, essential, key",
  ]);
});

test("one grant is shown with all that is known of it", async (t) => {
  const grant = { ...GRANT, name: "Anna", from: "2027-01-07T01:00:00.000Z" };
  const { portvakt } = cliFixture(t, { "GET /v1/grants/00000000000000a1": [{ body: grant }] });
  const { out } = await portvakt("grant", "show", "00000000000000A1");
  assert.deepEqual(out, [
    "Grant:     00000000000000a1",
    "Name:      Anna",
    "Subject:   00000000000000b2",
    "State:     begins in 60 min",
    "Where:     aaaaaaaaaaaaaaaa",
    "What:      always, from 2027-01-07 01:00 UTC, until 2027-01-07 03:00 UTC, unlock, key",
    `Key:       ${KEY}`,
    "Given:     just now",
    "Document:  ZG9jdW1lbnQ=",
  ]);
});

test("a grant is revoked by its id", async (t) => {
  const { portvakt } = cliFixture(t, { "DELETE /v1/grants/00000000000000a1": [{ status: 204 }] });
  const { exitCode, out } = await portvakt("grant", "revoke", "00000000000000A1");
  assert.equal(exitCode, 0);
  assert.deepEqual(out, ["Revoked 00000000000000a1. Its locks refuse it as soon as they have their next roster."]);
});
