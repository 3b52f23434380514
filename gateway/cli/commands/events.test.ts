import assert from "node:assert/strict";
import { test } from "node:test";
import { runCli } from "../program.ts";
import { cliFixture, problem, refused } from "../testing/cli-fixture.ts";

const common = { lockId: "aaaaaaaaaaaaaaaa", generation: 0, receivedAt: "2027-01-07T00:00:00.000Z" };
const record = (seq: number, more: object) => ({
  ...common,
  cursor: String(seq),
  seq,
  kind: "record",
  time: "2027-01-06T12:00:00.000Z",
  timeUncertain: false,
  byHand: false,
  ...more,
});
const EVENTS = [
  record(1, { event: "unlocked", grantId: "00000000000000a1" }),
  record(2, { event: "refused", reason: "expired", timeUncertain: true }),
  record(3, { event: "unlocked", byHand: true }),
  { ...common, cursor: "4", seq: 3, kind: "head" },
  { ...common, cursor: "5", seq: 4, kind: "gap", toSeq: 9 },
];
const FIRST_PAGE = { body: { items: EVENTS, next: "5" } };
const NOTHING_NEW = { body: { items: [], next: "5" } };

test("events are lines of when, where and what", async (t) => {
  const { portvakt } = cliFixture(t, {
    "GET /v1/events": [FIRST_PAGE],
    "GET /v1/events?after=5": [NOTHING_NEW],
  });
  const { exitCode, out } = await portvakt("events");
  assert.equal(exitCode, 0);
  assert.deepEqual(out, [
    "2027-01-06 12:00:00  aaaaaaaaaaaaaaaa      1  unlocked, grant 00000000000000a1",
    "2027-01-06 12:00:00? aaaaaaaaaaaaaaaa      2  refused: expired",
    "2027-01-06 12:00:00  aaaaaaaaaaaaaaaa      3  unlocked, by hand",
    "2027-01-07 00:00:00  aaaaaaaaaaaaaaaa      3  head of the log, signed by the lock",
    "2027-01-07 00:00:00  aaaaaaaaaaaaaaaa      4  events 4 to 9 are missing",
  ]);
});

test("with --json each event is a line, from the cursor on", async (t) => {
  const { portvakt } = cliFixture(t, {
    "GET /v1/events?after=5": [{ body: { items: [EVENTS[0]], next: "6" } }],
    "GET /v1/events?after=6": [NOTHING_NEW],
  });
  const { out } = await portvakt("events", "--after", "5", "--json");
  assert.deepEqual(
    out.map((line) => JSON.parse(line)),
    [EVENTS[0]],
  );
});

test("following goes on by cursor, and waits for a daemon that is away", async (t) => {
  const { io, clock, out, err, config } = cliFixture(t, {
    "GET /v1/events": [{ body: { items: [EVENTS[0]], next: "1" } }],
    "GET /v1/events?after=1": [
      { body: { items: [], next: "1" } },
      refused("ECONNREFUSED"),
      refused("ECONNRESET"),
      { body: { items: [EVENTS[1]], next: "2" } },
    ],
    "GET /v1/events?after=2": [{ body: { items: [], next: "2" } }, problem(401, "unauthorized", "Enough.")],
  });
  const ended = runCli(["events", "--follow", "--config", config], io);
  await clock.advanceAsync(10_000);
  assert.equal(await ended, 1);
  assert.equal(out.length, 2);
  assert.equal(err.length, 2);
  assert.match(err[0]!, /^portvakt is not running at .*; waiting for it$/);
  assert.equal(err[1], "error: Enough.");
});
