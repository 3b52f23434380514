import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { LOCK_A } from "../../testing/grants-fixture.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const SYNC_OF_A = `/v1/locks/${LOCK_A}/sync`;

function reported(more: object) {
  return {
    epoch: 0,
    rosterDigest: new Uint8Array(32),
    time: Date.UTC(2027, 0, 6) / 1000,
    flags: 0,
    seq: 9,
    batteryMillivolt: 4100,
    temperatureC: -3,
    atMs: Date.UTC(2027, 0, 6, 1),
    ...more,
  };
}

test("a lock that has told nothing yet is not in step, and that is said", async (t) => {
  const { ask } = await apiFixture(t);
  assert.deepEqual((await ask("GET", SYNC_OF_A)).body, {
    lockId: LOCK_A,
    state: "waiting",
    reason: "not-asked",
    sentence: "Not looked at since the start of the daemon.",
    roster: { inStep: false, wanted: { epoch: 0 } },
    log: { generation: 0, seq: 0, deliveredThrough: 0, acknowledgedThrough: 0, undelivered: 0 },
  });
});

test("wanted stands beside reported: roster, events and clock", async (t) => {
  const { ask, locks, rosters, wanted, played } = await apiFixture(t);
  await wanted.renew([LOCK_A]);
  await locks.setReported(LOCK_A, reported({ flags: 32 }));
  played.sync = {
    state: "waiting",
    reason: "waiting-for-contact",
    sentence: "The lock does not answer.",
    nextTryAtMs: Date.UTC(2027, 0, 7, 1),
    clockError: { seconds: -40, boundSeconds: 2 },
  };
  const { body } = await ask("GET", SYNC_OF_A);
  const epoch = rosters.wantedEpoch(LOCK_A);
  const { digest } = body.roster.wanted;
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.deepEqual(body.roster, {
    inStep: false,
    wanted: { epoch, digest },
    reported: { epoch: 0, digest: "00".repeat(32) },
  });
  assert.equal(body.log.reportedSeq, 9);
  assert.deepEqual(body.clock, { errorSeconds: -40, boundSeconds: 2, uncertain: true });
  assert.equal(body.sentence, "The lock does not answer.");
  assert.equal(body.nextTryAt, "2027-01-07T01:00:00.000Z");
});

test("a roster is in step when epoch and digest are those that are wanted", async (t) => {
  const { ask, locks, wanted } = await apiFixture(t);
  await wanted.renew([LOCK_A]);
  const { epoch, digest } = (await ask("GET", SYNC_OF_A)).body.roster.wanted;
  const rosterDigest = new Uint8Array(Buffer.from(digest, "hex"));
  await locks.setReported(LOCK_A, reported({ epoch, rosterDigest }));
  assert.equal((await ask("GET", SYNC_OF_A)).body.roster.inStep, true);
  await locks.setReported(LOCK_A, reported({ epoch }));
  const { roster } = (await ask("GET", SYNC_OF_A)).body;
  assert.equal(roster.inStep, false);
  assert.notEqual(roster.reported.digest, toHex(rosterDigest));
});
