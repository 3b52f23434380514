import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const WAITING = {
  lockId: LOCK,
  state: "waiting",
  reason: "waiting-for-contact",
  sentence: "The lock does not answer.",
  lastContactAt: "2027-01-06T23:59:20.000Z",
  nextTryAt: "2027-01-07T00:00:30.000Z",
  roster: {
    inStep: false,
    wanted: { epoch: 4, digest: "11".repeat(32) },
    reported: { epoch: 3, digest: "22".repeat(32) },
  },
  log: { generation: 0, reportedSeq: 12, seq: 10, deliveredThrough: 9, acknowledgedThrough: 8, undelivered: 1 },
  clock: { errorSeconds: -40, boundSeconds: 2, uncertain: true },
  revocationAgeSeconds: 300,
  staleAfter: "2027-01-09T00:00:00.000Z",
};

function linesOf(sync: object, ...args: string[]) {
  return async (t: Parameters<typeof cliFixture>[0]) => {
    const { portvakt } = cliFixture(t, { [`GET /v1/locks/${LOCK}/sync`]: [{ body: sync }] });
    return (await portvakt("sync", LOCK.toUpperCase(), ...args)).out;
  };
}

test("sync says why a lock is not in step, and what is missing", async (t) => {
  assert.deepEqual(await linesOf(WAITING)(t), [
    "State:        The lock does not answer.",
    "Answered:     40 s ago",
    "Next try:     in 30 s",
    "Roster:       epoch 4 is wanted, the lock has 3",
    "Events:       10 of 12 here, 9 delivered, 8 acknowledged",
    "Revocations:  confirmed 5 min ago",
    "Stale:        in 2 days",
    "Clock:        40 s behind, and the lock does not trust it",
  ]);
});

test("of a lock that has told nothing it says so", async (t) => {
  const { reported: _, ...roster } = WAITING.roster;
  const { lastContactAt: _1, nextTryAt: _2, clock: _3, revocationAgeSeconds: _5, staleAfter: _6, ...rest } = WAITING;
  const { reportedSeq: _4, ...log } = WAITING.log;
  assert.deepEqual((await linesOf({ ...rest, roster, log })(t)).slice(1), [
    "Answered:     –",
    "Roster:       epoch 4 is wanted, the lock has –",
    "Events:       10 of – here, 9 delivered, 8 acknowledged",
    "Revocations:  not confirmed yet",
    "Clock:        –",
  ]);
});

test("of a roster on its way it shows how far it is", async (t) => {
  const lines = await linesOf({ ...WAITING, progress: { done: 12, of: 300 } })(t);
  assert(lines.includes("Progress:     12 of 300 grants"), lines.join("\n"));
});

test("with --approve it says that this gateway is right, and shows what was changed elsewhere", async (t) => {
  const changedElsewhere = { epoch: 9, digest: "33".repeat(32), at: "2027-01-06T22:00:00.000Z", renewals: 0 };
  const { portvakt, requests } = cliFixture(t, {
    [`POST /v1/locks/${LOCK}/sync/approval`]: [{ body: { ...WAITING, changedElsewhere } }],
  });
  const { out } = await portvakt("sync", LOCK, "--approve");
  assert(out.includes("Changed:      roster 9 from elsewhere 2 h ago, overwritten 0 times since"), out.join("\n"));
  assert.equal(requests.length, 1);
});

test("a clock within its bound is right", async (t) => {
  const clock = { errorSeconds: 1, boundSeconds: 2, uncertain: false };
  assert.equal((await linesOf({ ...WAITING, clock })(t)).at(-1), "Clock:        right");
});

test("with --json it is what the API says", async (t) => {
  assert.deepEqual(
    (await linesOf(WAITING, "--json")(t)).map((line) => JSON.parse(line)),
    [WAITING],
  );
});
