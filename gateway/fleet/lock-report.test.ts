import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { TestGateway } from "../testing/test-gateway.ts";
import type { CloudEvent } from "../uplink/cloud-event.ts";
import { asyncapiSchema } from "../uplink/testing/asyncapi-schema.ts";
import { type LockReport, lockReport, newsOf, type Reports } from "./lock-report.ts";

const isMessage = asyncapiSchema("Reports");

/** A gateway with one lock, and all that it reports. */
async function setUp(t: TestContext) {
  const heard: Reports[] = [];
  const uplink = {
    name: "the backend",
    hasLanes: false,
    deliver: async (batch: readonly CloudEvent[]) => ({
      results: batch.map(({ id }) => ({ id, outcome: "accepted" as const })),
    }),
    report: async (reports: Reports) => {
      heard.push(reports);
      return {};
    },
    close: async () => {},
  };
  const gateway = new TestGateway(t, { uplink });
  await gateway.pair();
  await gateway.clock.advanceAsync(10_000);
  return { gateway, heard, newest: () => heard.flatMap(({ reports }) => reports).at(-1)! };
}

test("a report says who the lock is, what it shall have and has, and what to sign for it next", async (t) => {
  const { gateway, heard, newest } = await setUp(t);
  const { lock, parts } = gateway;
  const { info, lockId } = lock;
  const report = newest();
  assert.deepEqual(
    [report.lockId, report.sigPk, report.boxPk, report.generation],
    [lockId, toHex(info.sigPk), toHex(info.boxPk), info.generation],
  );
  assert.deepEqual([report.state, report.reason, report.sentence], ["in-step", "in-step", "In step."]);
  assert.equal(report.wanted.epoch, parts.rosters.wantedEpoch(lockId));
  assert.deepEqual([report.reported?.epoch, report.reported?.digest], [report.wanted.epoch, report.wanted.digest]);
  assert.equal(report.challenge?.value, toHex(lock.challenge));
  assert.equal(report.clock?.uncertain, false);
  assert(heard.every(isMessage));
});

test("a new challenge is news, and so is that the lock can not be reached", async (t) => {
  const { gateway, newest } = await setUp(t);
  const { lock, parts, clock } = gateway;
  const before = newest().challenge?.value;
  assert.equal((await gateway.run(parts.services.actions.act(lock.lockId, "unlock"))).kind, "done");
  await clock.advanceAsync(10_000);
  assert.notEqual(newest().challenge?.value, before);
  assert.equal(newest().challenge?.value, toHex(lock.challenge));
  gateway.air.isDown = true;
  await clock.advanceAsync(60_000);
  assert.deepEqual([newest().state, newest().reason], ["waiting", "waiting-for-contact"]);
});

test("how long ago something was, and how a sentence puts it, is no news", async (t) => {
  const { newest } = await setUp(t);
  const report = newest();
  const at = "2027-02-01T00:00:00.000Z";
  const { challenge, reported, clock } = report;
  assert(challenge && reported && clock);
  const same: Partial<LockReport>[] = [
    { sentence: "In step. The lock is slow." },
    { revocationAgeSeconds: 7 },
    { progress: { done: 1, of: 2 } },
    { challenge: { ...challenge, at } },
    { reported: { ...reported, at } },
    { clock: { ...clock, errorSeconds: 1 } },
  ];
  for (const change of same) assert.equal(newsOf({ ...report, ...change }), newsOf(report), JSON.stringify(change));
  const news: Partial<LockReport>[] = [
    { state: "waiting" },
    { reason: "held" },
    { wanted: { ...report.wanted, epoch: 9 } },
    { reported: { ...reported, epoch: 9 } },
    { challenge: { ...challenge, value: "00".repeat(8) } },
    { timeWanted: true },
    { clock: { ...clock, uncertain: true } },
    { held: { epoch: 9, revokes: 1, of: 1 } },
    { staleAfter: 9 },
  ];
  for (const change of news) assert.notEqual(newsOf({ ...report, ...change }), newsOf(report), JSON.stringify(change));
});

test("the time is wanted over the challenge that is told, not over one that has been spent", async (t) => {
  const { gateway, newest } = await setUp(t);
  const { locks, rosters, services } = gateway.parts;
  const { gatewayId, lockId, challenge } = newest();
  assert(challenge);
  const value = fromHex(challenge.value);
  const timeWantedOver = (wanted: Uint8Array) => {
    const fleet = {
      held: () => undefined,
      refused: () => undefined,
      timeWish: () => ({ challenge: wanted, sinceMs: 0 }),
    };
    const heard = () => ({ value, atMs: 0 });
    const parts = { suite: opensslSuite, gatewayId, locks, rosters, sync: services.sync, challenge: heard, fleet };
    return lockReport(parts, lockId)?.timeWanted;
  };
  assert.equal(timeWantedOver(value), true);
  assert.equal(timeWantedOver(new Uint8Array(8)), undefined);
});
