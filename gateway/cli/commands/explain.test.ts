import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture, problem } from "../testing/cli-fixture.ts";

const LOCK = "0a1b2c3d4e5f6071";
const GRANT = "5b1f3c0d9e8a7b6c";
const PATH = `GET /v1/locks/${LOCK}/decision`;

const NO = {
  lockId: LOCK,
  grantId: GRANT,
  subject: "1122334455667788",
  name: "Home care, evenings",
  at: "2026-12-24T06:30:00.000Z",
  localTime: "Thu 2026-12-24 07:30 local time",
  action: "unlock",
  via: "door",
  with: ["tag", "pin"],
  allowed: false,
  reason: 12,
  reasonName: "outside hours",
  rule: "windows",
  sentence: "No: it is outside its hours. Yes from Thu 2026-12-24 17:00 local time on.",
  roster: { epoch: 7, isInForce: false, lockEpoch: 6 },
  assumed: { timeUncertain: false, privacy: false, used: 1 },
};

test("an explanation is one sentence, then what it rests on", async (t) => {
  const query = `?grant=${GRANT}&at=2026-12-24T07%3A30%3A00%2B01%3A00&with=tag%2Cpin`;
  const { portvakt } = cliFixture(t, { [`${PATH}${query}`]: [{ body: NO }] });
  const at = "2026-12-24T07:30:00+01:00";
  const { exitCode, out } = await portvakt("explain", LOCK.toUpperCase(), GRANT, "--at", at, "--with", "tag,pin");
  assert.deepEqual(
    [exitCode, ...out],
    [
      0,
      "No: it is outside its hours. Yes from Thu 2026-12-24 17:00 local time on.",
      "",
      "Grant:       5b1f3c0d9e8a7b6c (Home care, evenings)",
      "Person:      1122334455667788",
      "Asked:       unlock at the door, with a tag and a PIN, Thu 2026-12-24 07:30 local time",
      "Decided by:  windows (reason 12, outside hours)",
      "Roster:      epoch 7, which the lock shall get: the lock still has epoch 6",
      "Assumed:     the lock knows the time; nobody inside has asked for privacy; used 1 time before",
    ],
  );
});

test("without a grant it is a table of who can open the door, page by page", async (t) => {
  const operator = "6f70657261746f72";
  const yes = {
    ...NO,
    grantId: operator,
    name: undefined,
    allowed: true,
    sentence: "Yes.",
    roster: { epoch: 7, isInForce: true },
  };
  const { portvakt } = cliFixture(t, {
    [`${PATH}?action=unlock`]: [{ body: { items: [{ ...NO, roster: yes.roster }], next: "x" } }],
    [`${PATH}?action=unlock&after=x`]: [{ body: { items: [yes] } }],
  });
  const { out } = await portvakt("explain", LOCK, "--action", "unlock");
  assert.deepEqual(out, [
    "1 of 2 grants may unlock on Thu 2026-12-24 07:30 local time, by the roster of epoch 7, which the lock has.",
    "",
    "GRANT             NAME                 ANSWER",
    `${GRANT}  Home care, evenings  ${NO.sentence}`,
    `${operator}  this gateway         Yes.`,
  ]);
});

test("--json prints what the API answered, and its refusal is one line", async (t) => {
  const { portvakt, out } = cliFixture(t, {
    [`${PATH}?grant=${GRANT}`]: [{ body: NO }, problem(404, "unknown-grant", "No grant.")],
  });
  await portvakt("--json", "explain", LOCK, GRANT);
  assert.deepEqual(JSON.parse(out[0]!), NO);
  const { exitCode, err } = await portvakt("explain", LOCK, GRANT);
  assert.deepEqual([exitCode, err], [1, ["error: No grant."]]);
});
