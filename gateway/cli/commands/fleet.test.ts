import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ExitCode } from "../exit-code.ts";
import { cliFixture, problem } from "../testing/cli-fixture.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const HELD = `/v1/locks/${LOCK}/held-roster`;
const KEY = `03${"ab".repeat(32)}`;

test("fleet shows whom the gateway listens to", async (t) => {
  const fleet = { gatewayId: "c0ffee0123456789", publicKeys: [KEY, KEY] };
  const { portvakt } = cliFixture(t, { "GET /v1/fleet": [{ body: fleet }] });
  assert.deepEqual((await portvakt("fleet")).out, [
    "Gateway:    c0ffee0123456789",
    "Issuer:     none has been heard yet",
    `Key:        ${KEY}`,
    `Newer key:  ${KEY}`,
  ]);
});

test("a gateway that is its own issuer says so", async (t) => {
  const { portvakt } = cliFixture(t, { "GET /v1/fleet": [problem(409, "stands-alone", "It stands alone.")] });
  const { exitCode, err } = await portvakt("fleet");
  assert.deepEqual([exitCode, err], [ExitCode.failed, ["error: It stands alone."]]);
});

test("bundles are brought line by line, and what becomes of each document is told", async (t) => {
  const accepted = { kind: "grant", id: "0000000000000001", outcome: "accepted" };
  const refused = { kind: "roster", id: `${LOCK}:3`, outcome: "refused", code: "base-unknown", sentence: "It is so." };
  const answers = [{ body: { results: [accepted] } }, { body: { results: [refused] } }];
  const { portvakt, requests, directory } = cliFixture(t, { "POST /v1/documents": answers });
  const file = join(directory, "bundles");
  writeFileSync(file, '{"issuerId": "a"}\n\n{"issuerId": "b"}\n');
  const { exitCode, out, err } = await portvakt("fleet", "send", file);
  assert.deepEqual(
    requests.map(({ body }) => body),
    [{ issuerId: "a" }, { issuerId: "b" }],
  );
  assert.deepEqual(out, ["grant  0000000000000001  accepted", `roster  ${LOCK}:3  refused  It is so.`]);
  assert.deepEqual([exitCode, err], [ExitCode.failed, ["error: the gateway refused 1 document"]]);
});

test("nothing is sent of a file in which a line is no bundle", async (t) => {
  const { portvakt, requests, directory } = cliFixture(t);
  const file = join(directory, "bundles");
  for (const line of ["7", "{"]) {
    writeFileSync(file, `{"issuerId": "a"}\n${line}\n`);
    const { exitCode, err } = await portvakt("fleet", "send", file);
    assert.deepEqual([exitCode, err.at(-1)], [ExitCode.usage, "error: line 2 is no bundle of documents"]);
  }
  assert.deepEqual(requests, []);
});

test("a held roster is looked at, let through or thrown away", async (t) => {
  const { portvakt } = cliFixture(t, {
    [`GET ${HELD}`]: [{ body: { epoch: 8, revokes: 480, of: 500, heldAt: "2027-01-07T12:00:00.000Z" } }],
    [`POST ${HELD}/approval`]: [{ body: { results: [{ kind: "roster", id: `${LOCK}:8`, outcome: "accepted" }] } }],
    [`DELETE ${HELD}`]: [{ status: 204 }],
  });
  for (const command of ["held", "approve", "discard"]) await portvakt("fleet", command, LOCK.toUpperCase());
  const { out } = await portvakt("fleet", "held", LOCK, "--json");
  assert.deepEqual(out, [
    "Roster 8 takes away 480 of 500 grants.",
    `It has waited since 2027-01-07 12:00:00 UTC for: fleet approve ${LOCK}, or fleet discard ${LOCK}`,
    `roster  ${LOCK}:8  accepted`,
    "It is thrown away, and held again if the issuer sends it again.",
    '{"epoch":8,"revokes":480,"of":500,"heldAt":"2027-01-07T12:00:00.000Z"}',
  ]);
});

test("another issuer is listened to when somebody says so", async (t) => {
  const { portvakt } = cliFixture(t, { "DELETE /v1/fleet/issuer": [{ status: 204 }] });
  assert.deepEqual((await portvakt("fleet", "unpin")).out, ["The next issuer that has signed something is the one."]);
});

test("what the issuer has to know is printed as it takes it", async (t) => {
  const reports = { gatewayId: "c0ffee0123456789", reports: [{ lockId: LOCK }], results: [] };
  const { portvakt } = cliFixture(t, { "GET /v1/fleet/reports": [{ body: reports }] });
  assert.deepEqual((await portvakt("fleet", "report")).out, [JSON.stringify(reports)]);
});
