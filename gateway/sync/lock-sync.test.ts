import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { auxOf } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { refused } from "../testing/fake-lock.ts";
import { POLL_MS, TestGateway } from "../testing/test-gateway.ts";

const O1 = 0x15;

async function paired(t: TestContext, records = 0): Promise<TestGateway> {
  const gateway = new TestGateway(t);
  for (let i = 0; i < records; i++) gateway.lock.log({ type: RecordType.doorOpened });
  await gateway.pair();
  return gateway;
}

const events = (gateway: TestGateway) => gateway.parts.events.after(0, 10_000);
const kinds = (gateway: TestGateway) => events(gateway).map(({ kind, seq }) => `${kind} ${seq}`);
const sentence = (gateway: TestGateway) => gateway.parts.services.sync.status(gateway.lock.lockId)?.sentence;
const poll = (gateway: TestGateway, rounds = 1) => gateway.clock.advanceAsync(rounds * (POLL_MS + 1_000));

test("a log comes in batches, its signed head last, and the lock may forget what is durable", async (t) => {
  const gateway = await paired(t, 45);
  await poll(gateway, 2);
  const { lock } = gateway;
  const records = events(gateway).filter(({ kind }) => kind === "record");
  assert.deepEqual(
    records.map(({ seq }) => seq),
    Array.from({ length: lock.seq }, (_, i) => i + 1),
  );
  assert.equal(kinds(gateway).at(-1), `head ${lock.seq}`);
  assert.equal(lock.ackedThrough, lock.seq);
});

test("a lock in step is asked how it is, and nothing more", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  const before = gateway.lock.commands.length;
  const rows = events(gateway).length;
  await poll(gateway);
  assert.deepEqual(new Set(gateway.lock.commands.slice(before)), new Set(["status"]));
  assert.equal(events(gateway).length, rows);
});

test("a record that was altered is not kept, not acknowledged, and told", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  const { lock } = gateway;
  const before = { rows: events(gateway).length, acked: lock.ackedThrough };
  lock.log({ type: RecordType.doorOpened });
  lock.log({ type: RecordType.doorClosed });
  lock.tamper(lock.seq);
  await poll(gateway);
  assert.equal(
    sentence(gateway),
    `The lock's log does not hold at record ${lock.seq}: wrong hash; nothing is acknowledged.`,
  );
  assert.deepEqual({ rows: events(gateway).length, acked: lock.ackedThrough }, before);
  lock.tamper(lock.seq);
  await gateway.clock.advanceAsync(60_000);
  assert.equal(sentence(gateway), "In step.");
  assert.equal(lock.ackedThrough, lock.seq);
});

test("a roster above all that an issuer gives is not believed, and ours does not follow it", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  const { epoch } = lock;
  lock.epoch = 2 ** 32 - 1;
  await poll(gateway);
  assert.equal(sentence(gateway), "The lock can not have roster 4294967295.");
  lock.epoch = epoch;
  await gateway.clock.advanceAsync(60_000);
  assert.equal(sentence(gateway), "In step.");
});

test("a list of grants that does not go on to its end is not followed", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  const entries = Array.from({ length: 48 }, (_, i) => ({
    id: new Uint8Array(8).fill(i + 1),
    shortHash: new Uint8Array(8),
  }));
  lock.override = ({ name }) => (name === "grantList" ? { ok: true, value: { entries } } : undefined);
  // Of an epoch that was never wanted here nothing is known, so that the lock is asked.
  lock.epoch = 70;
  await poll(gateway);
  assert.equal(sentence(gateway), "The lock lists its grants out of order.");
});

test("a head over another question, or of another log, is not believed", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  const { lock } = gateway;
  const acked = lock.ackedThrough;
  lock.log({ type: RecordType.doorOpened });
  lock.override = ({ name }) =>
    name === "logHead" ? { ok: true, value: { document: lock.signHead(new Uint8Array(16)) } } : undefined;
  await poll(gateway);
  assert.match(sentence(gateway) ?? "", /signed head answers another question/);
  assert.equal(lock.ackedThrough, acked);
});

test("records that the lock has lost become a gap", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  const { lock } = gateway;
  gateway.air.isDown = true;
  await poll(gateway);
  const lastSeq = lock.seq;
  for (let i = 0; i < 10; i++) lock.log({ type: RecordType.doorOpened });
  lock.recycleThrough(lastSeq + 4);
  gateway.air.isDown = false;
  await gateway.clock.advanceAsync(60_000);
  const news = kinds(gateway).slice(kinds(gateway).indexOf(`head ${lastSeq}`) + 1);
  assert.deepEqual(news.slice(0, 2), [`gap ${lastSeq + 1}`, `record ${lastSeq + 5}`]);
  assert.equal(news.at(-1), `head ${lock.seq}`);
  assert.equal(lock.ackedThrough, lock.seq);
});

test("what a lock signs it must show", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  const { lock } = gateway;
  lock.log({ type: RecordType.doorOpened });
  const hidden = lock.seq + 1;
  lock.override = (command) => {
    if (command.name === "readLog" && command.fromSeq >= hidden) {
      return { ok: true, value: { firstSeq: command.fromSeq, records: new Uint8Array(0) } };
    }
    if (command.name === "logHead" && lock.seq < hidden) lock.log({ type: RecordType.doorClosed });
    return undefined;
  };
  await poll(gateway);
  assert.match(sentence(gateway) ?? "", /signs records that it does not show/);
});

test("a revoked grant is out of the lock's table in the next round", async (t) => {
  const gateway = await paired(t);
  const { grants } = gateway.parts;
  const { lock } = gateway;
  const bearer = lock.info.boxPk;
  const { row } = await gateway.run(
    grants.add({
      locks: [lock.lockId],
      with: [{ kind: "key", publicKey: Buffer.from(bearer).toString("hex") }],
      rights: ["unlock", "essential"],
    }),
  );
  await gateway.clock.advanceAsync(1_000);
  assert.equal(lock.epoch, 2);
  assert.equal(sentence(gateway), "In step.");
  await gateway.run(grants.revoke(row.id));
  await gateway.clock.advanceAsync(1_000);
  assert.equal(lock.epoch, 3);
  assert.equal(gateway.parts.locks.get(lock.lockId)?.reported?.epoch, 3);
});

test("a table of many grants goes in full frames, and on where it was after an interruption", async (t) => {
  const gateway = await paired(t);
  const { lock, parts } = gateway;
  gateway.air.isDown = true;
  for (let i = 0; i < 40; i++) {
    await gateway.run(
      parts.grants.add({
        locks: [lock.lockId],
        with: [{ kind: "key", publicKey: Buffer.from(lock.info.boxPk).toString("hex") }],
        rights: ["unlock", "essential"],
      }),
    );
  }
  let puts = 0;
  let largest = 0;
  gateway.air.fate = (frame) => {
    largest = Math.max(largest, frame.length);
    return "pass";
  };
  lock.override = ({ name }) => {
    if (name === "grantPut" && ++puts === 5) gateway.air.losesReply = true;
    return undefined;
  };
  gateway.air.isDown = false;
  await gateway.clock.advanceAsync(120_000);
  assert.equal(sentence(gateway), "In step.");
  assert.equal(lock.epoch, 41);
  assert(largest <= 1_024 && largest > 700, `${largest}`);
  const inOneGo = puts - 1;
  assert(inOneGo <= Math.ceil(41 / 3), `${puts} PUTs`);
});

test("a store that is behind the lock makes a roster that is ahead of it", async (t) => {
  const gateway = await paired(t);
  gateway.lock.epoch = 70;
  gateway.lock.tableDigest = new Uint8Array(32);
  await poll(gateway);
  assert.equal(gateway.lock.epoch, 71);
  assert.equal(sentence(gateway), "In step.");
});

test("a lock that has lost its clock gets the issuer's word, if the gateway has the time", async (t) => {
  const gateway = await paired(t);
  const { lock, clock } = gateway;
  await poll(gateway);
  clock.stepWall(-40 * 365 * 86_400_000);
  lock.flags |= Flag.timeUncertain;
  await poll(gateway);
  assert(!lock.commands.includes("time"));
  assert.match(
    sentence(gateway) ?? "",
    /^In step\. The gateway's clock is not set \(19.*\), so its locks get no time\.$/,
  );
  clock.stepWall(80 * 365 * 86_400_000);
  await poll(gateway);
  assert.equal(lock.flags & Flag.timeUncertain, 0);
  assert.equal(sentence(gateway), "In step.");
});

test("a clock that has drifted by seconds gets a hint, one that is right gets nothing", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  await poll(gateway, 3);
  assert(!lock.commands.includes("timeHint"));
  lock.aheadSeconds = -2;
  await poll(gateway);
  assert.equal(lock.commands.filter((name) => name === "timeHint").length, 1);
  assert(!lock.commands.includes("time"));
  const error = gateway.parts.services.sync.status(lock.lockId)?.clockError;
  await poll(gateway);
  assert.equal(lock.aheadSeconds, 0);
  assert(error !== undefined && error.seconds < -1 && error.boundSeconds < 1, JSON.stringify(error));
});

test("a hint that the lock refuses is followed by the issuer's word", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  lock.override = ({ name }) => (name === "timeHint" ? refused(18) : undefined);
  lock.aheadSeconds = 2;
  await poll(gateway);
  assert.equal(lock.aheadSeconds, 0);
});

test("a lock to which the challenge is too old for a token gets one over the next, and no third", async (t) => {
  const gateway = await paired(t);
  const { lock, clock } = gateway;
  let tokens = 0;
  lock.override = ({ name }) => {
    if (name !== "time" || tokens++ > 0) return undefined;
    lock.challenge = new Uint8Array(8).fill(7);
    return refused(Reason.staleChallenge, lock.challenge);
  };
  await poll(gateway);
  lock.flags |= Flag.timeUncertain;
  await poll(gateway);
  assert.deepEqual([tokens, lock.flags & Flag.timeUncertain, sentence(gateway)], [2, 0, "In step."]);

  lock.override = ({ name }) => (name === "time" ? refused(Reason.staleChallenge, lock.challenge) : undefined);
  const before = lock.commands.length;
  lock.flags |= Flag.timeUncertain;
  await clock.advanceAsync(3_600_000 + POLL_MS);
  const perRound = lock.commands
    .slice(before)
    .join(" ")
    .split("status")
    .map((round) => round.split("time").length - 1);
  assert.equal(Math.max(...perRound), 2);
  assert.match(sentence(gateway) ?? "", /refuses the time: stale challenge/);
});

test("a lock whose clock will not run gets the issuer's word once an hour, and its log is spared", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  lock.override = ({ name }) => {
    if (name === "status") lock.flags |= Flag.timeUncertain;
    return undefined;
  };
  await gateway.clock.advanceAsync(3 * 3_600_000);
  const tokens = lock.commands.filter((name) => name === "time").length;
  assert(tokens >= 3 && tokens <= 4, `${tokens}`);
});

for (const years of [-5, 5]) {
  test(`a lock whose clock has gone ${years} years from that of a gateway which agreed with it before is mended`, async (t) => {
    const gateway = await paired(t);
    const { lock, clock } = gateway;
    await poll(gateway);
    lock.aheadSeconds = years * 365 * 86_400;
    await poll(gateway, 2);
    assert(Math.abs(lock.time - clock.wallMs() / 1_000) <= 1);
    assert.equal(sentence(gateway), "In step.");
  });
}

test("a lock that is years ahead when the gateway starts is left alone until a person says that the gateway is right", async (t) => {
  const gateway = await paired(t);
  const { lock, clock } = gateway;
  await poll(gateway);
  lock.aheadSeconds = 5 * 365 * 86_400;
  await gateway.restart();
  lock.commands.length = 0;
  await poll(gateway, 3);
  assert(!lock.commands.includes("time") && !lock.commands.includes("timeHint"));
  const status = gateway.parts.services.sync.status(lock.lockId);
  assert.match(status?.sentence ?? "", /^In step\. The gateway's clock \(.*\) is not believed, for this lock says 20/);
  assert.equal(status?.clockError, undefined);
  gateway.parts.services.sync.approveTime();
  await poll(gateway, 2);
  assert(Math.abs(lock.time - clock.wallMs() / 1_000) <= 1);
  assert.equal(sentence(gateway), "In step.");
});

test("a lock that is years behind when the gateway starts shows a time that has been: it is mended", async (t) => {
  const gateway = await paired(t);
  const { lock, clock } = gateway;
  await poll(gateway);
  lock.aheadSeconds = -5 * 365 * 86_400;
  await gateway.restart();
  await poll(gateway, 2);
  assert(Math.abs(lock.time - clock.wallMs() / 1_000) <= 1);
});

test("a lock whose log is behind ours was put back or replaced: nothing more is asked of it than what it shall have", async (t) => {
  const gateway = await paired(t, 10);
  await poll(gateway);
  const { lock } = gateway;
  const rows = events(gateway).length;
  const { seq } = lock;
  lock.override = (command) => {
    if (command.name !== "status") return undefined;
    const { epoch, time, flags, challenge, tableDigest: rosterDigest } = lock;
    const word = { epoch, time, flags, challenge, rosterDigest, batteryMillivolt: 6_000, temperatureC: 20 };
    return { ok: true, value: { ...word, seq: seq - 2, head: new Uint8Array(16) } };
  };
  await poll(gateway);
  const status = gateway.parts.services.sync.status(lock.lockId);
  assert.equal(
    status?.sentence,
    `The lock's memory was put back or replaced: its log ends at record ${seq - 2}, but record ${seq} is here already; nothing is acknowledged.`,
  );
  assert.equal(status?.state, "stopped");
  assert.equal(events(gateway).length, rows);
});

test("an unlock goes before the next command of a sync", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  const { lock, parts } = gateway;
  for (let i = 0; i < 200; i++) lock.log({ type: RecordType.doorOpened });
  const before = lock.commands.length;
  let unlocked: Promise<unknown> | undefined;
  gateway.air.fate = () => {
    const reads = lock.commands.slice(before).filter((name) => name === "readLog").length;
    if (reads === 2) unlocked ??= parts.services.actions.act(lock.lockId, "unlock");
    return "pass";
  };
  await poll(gateway);
  await unlocked;
  const order = lock.commands.slice(before);
  const at = order.indexOf("act");
  assert(at > 0 && order.slice(0, at).filter((name) => name === "readLog").length <= 3, `${order}`);
  assert(order.slice(at).filter((name) => name === "readLog").length >= 8, `${order}`);
});

test("a lock that was reset at the door is told, and asked ever less often", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  gateway.lock.pmk = undefined;
  gateway.lock.reboot();
  let opens = 0;
  gateway.air.fate = (frame) => {
    if (frame[0] === O1) opens++;
    return "pass";
  };
  await gateway.clock.advanceAsync(30 * 60_000);
  const status = gateway.parts.services.sync.status(gateway.lock.lockId);
  assert.equal(status?.state, "stopped");
  assert.match(status?.sentence ?? "", /reset at the door or unpaired. Pair it again/);
  assert(opens < 60, `${opens} OPENs`);
});

test("a lock that refuses its roster still gets rid of its events", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  const { lock } = gateway;
  lock.epoch = 70;
  lock.override = ({ name }) => (name === "rosterBegin" ? refused(4) : undefined);
  lock.log({ type: RecordType.battery, aux: auxOf({ value: 4_800 }) });
  await poll(gateway);
  assert.match(sentence(gateway) ?? "", /^The lock refuses the roster: signature\. It listens to another issuer/);
  const status = gateway.parts.services.sync.status(lock.lockId);
  assert.deepEqual([status?.state, status?.reason, status?.refusal], ["waiting", "refused", "signature"]);
  assert.equal(lock.ackedThrough, lock.seq);
});

test("an unreachable lock is said to be so, with the time of the next try", async (t) => {
  const gateway = await paired(t);
  await poll(gateway);
  gateway.air.isDown = true;
  await poll(gateway, 3);
  const status = gateway.parts.services.sync.status(gateway.lock.lockId);
  assert.equal(status?.state, "waiting");
  assert.match(status?.sentence ?? "", /Nothing at tcp|did not answer/);
  assert(status?.nextTryAtMs !== undefined && status.nextTryAtMs > gateway.clock.wallMs() - 1_000);
});
