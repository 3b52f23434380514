import assert from "node:assert/strict";
import { test } from "node:test";
import { Reason } from "../../../protocol/wire/reason.ts";
import { LOCK_A, LOCK_B } from "../../testing/grants-fixture.ts";
import type { ActOutcome } from "../services.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const ACTIONS_OF_A = `/v1/locks/${LOCK_A}/actions`;

test("a lock shows what it is, what it reported, why it is not in step and how far its events are", async (t) => {
  const { ask, locks, wanted, events, outbox, played } = await apiFixture(t);
  await wanted.renew([LOCK_A]);
  await locks.setReported(LOCK_A, {
    epoch: 0,
    rosterDigest: new Uint8Array(32),
    time: Date.UTC(2027, 0, 6) / 1000,
    flags: 1 | 4 | 32,
    seq: 9,
    batteryMillivolt: 4100,
    temperatureC: -3,
    atMs: Date.UTC(2027, 0, 6, 1),
  });
  const record = (seq: number) => ({
    lockId: LOCK_A,
    generation: 0,
    seq,
    kind: "record" as const,
    payload: new Uint8Array(48),
    receivedAtMs: 0,
  });
  await events.append([record(1), record(2), record(3)]);
  await outbox.advance(LOCK_A, new Map([[0, 2]]), 2, 0);
  await events.setAckedThrough(LOCK_A, 0, 1);
  played.sync = {
    state: "waiting",
    reason: "waiting-for-contact",
    sentence: "The lock does not answer; trying again soon.",
    lastContactAtMs: Date.UTC(2027, 0, 6, 2),
    nextTryAtMs: Date.UTC(2027, 0, 7, 1),
  };
  const { status, body } = await ask("GET", `/v1/locks/${LOCK_A}`);
  assert.equal(status, 200);
  assert.deepEqual(body, {
    lockId: LOCK_A,
    via: "tcp://127.0.0.1:7001",
    model: "sim",
    hardware: 1,
    firmware: 1,
    generation: 0,
    sigPk: "02".repeat(33),
    pairedAt: "2027-01-01T00:00:00.000Z",
    reported: {
      at: "2027-01-06T01:00:00.000Z",
      bolt: "thrown",
      door: "closed",
      jammed: false,
      tamper: false,
      pairingMode: false,
      batteryLow: true,
      batteryMillivolt: 4100,
      temperatureC: -3,
      time: "2027-01-06T00:00:00.000Z",
      timeUncertain: true,
      epoch: 0,
      seq: 9,
    },
    wantedEpoch: 1,
    sync: {
      state: "waiting",
      reason: "waiting-for-contact",
      sentence: "The lock does not answer; trying again soon.",
      lastContactAt: "2027-01-06T02:00:00.000Z",
      nextTryAt: "2027-01-07T01:00:00.000Z",
    },
    log: { seq: 3, deliveredThrough: 2, acknowledgedThrough: 1, undelivered: 1 },
  });
});

test("locks come in pages in order of id", async (t) => {
  const { ask } = await apiFixture(t);
  const ids: string[] = [];
  let next: string | undefined;
  do {
    const { body } = await ask("GET", `/v1/locks?limit=1${next === undefined ? "" : `&after=${next}`}`);
    ids.push(...body.items.map(({ lockId }: { lockId: string }) => lockId));
    next = body.next;
  } while (next !== undefined);
  assert.deepEqual(ids, [LOCK_A, LOCK_B]);
});

test("a query that is not understood is refused with its field", async (t) => {
  const { ask } = await apiFixture(t);
  for (const [query, field] of [
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=many", "limit"],
    ["colour=red", "colour"],
  ]) {
    const { status, body } = await ask("GET", `/v1/locks?${query}`);
    assert.deepEqual([status, body.code, body.field], [422, "field-invalid", field]);
  }
});

test("a lock that is not paired is not found, one whose id is none is refused", async (t) => {
  const { ask, played } = await apiFixture(t);
  const strange = "dddddddddddddddd";
  for (const { status, body } of [
    await ask("GET", `/v1/locks/${strange}`),
    await ask("POST", `/v1/locks/${strange}/actions`, { action: "unlock" }),
  ]) {
    assert.deepEqual([status, body.code], [404, "unknown-lock"]);
  }
  assert.equal((await ask("GET", "/v1/locks/front-door")).body.field, "lockId");
  assert.deepEqual(played.asked, []);
});

test("an action is answered with what the lock did", async (t) => {
  const { ask, played } = await apiFixture(t);
  played.outcome = { kind: "done", flags: 1, seq: 17 };
  const { status, body } = await ask("POST", ACTIONS_OF_A, { action: "lock" });
  assert.equal(status, 200);
  assert.deepEqual(body, { outcome: "done", bolt: "thrown", seq: 17 });
  assert.deepEqual(played.asked, [{ lockId: LOCK_A, action: "lock" }]);
});

test("an action that was not done says why, and one that may have been says so", async (t) => {
  const { ask, played } = await apiFixture(t);
  const cases: [ActOutcome, number, object][] = [
    [
      { kind: "refused", reason: Reason.jammed },
      409,
      { code: "lock-refused", detail: "The lock refused: jammed.", reason: 23 },
    ],
    [{ kind: "unreachable", message: "Nobody answers." }, 503, { code: "lock-unreachable", detail: "Nobody answers." }],
    [{ kind: "unknown", message: "Reply lost." }, 504, { code: "outcome-unknown", detail: "Reply lost." }],
  ];
  for (const [outcome, status, members] of cases) {
    played.outcome = outcome;
    const answer = await ask("POST", ACTIONS_OF_A, { action: "unlock" });
    assert.equal(answer.status, status);
    const { type, title, status: _, ...rest } = answer.body;
    assert(type && title);
    assert.deepEqual(rest, members);
  }
});

test("an action that is none, or has more to it, never reaches the lock", async (t) => {
  const { ask, played } = await apiFixture(t);
  const explode = await ask("POST", ACTIONS_OF_A, { action: "explode" });
  assert.deepEqual([explode.status, explode.body.field], [422, "action"]);
  assert.equal(explode.body.detail, "action must be one of unlock, lock, hold, end-hold");
  assert.equal((await ask("POST", ACTIONS_OF_A, { action: "unlock", force: true })).body.field, "force");
  assert.equal((await ask("POST", ACTIONS_OF_A, {})).body.detail, "action is missing");
  assert.equal((await ask("POST", ACTIONS_OF_A)).status, 422);
  assert.deepEqual(played.asked, []);
});
