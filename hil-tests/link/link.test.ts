import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRecord, RecordType } from "../../protocol/log/record.ts";
import { Joint, VIA } from "./testing/joint.ts";

const P3 = 0x13;

test("a lock is paired, unlocked, and its log comes here whole", async (t) => {
  const joint = new Joint(t, { seed: 1 });
  const pairing = await joint.pair();
  assert.deepEqual([pairing.state, pairing.error], ["done", undefined]);
  const outcome = await joint.unlock();
  assert.equal(outcome.kind, "done");
  await joint.untilInStep();
  await joint.clock.advanceAsync(20_000);
  const types = joint.gateway.events
    .after(0, 1_000)
    .filter(({ kind }) => kind === "record")
    .map(({ payload }) => decodeRecord(payload).type);
  for (const type of [
    RecordType.paired,
    RecordType.rosterCommitted,
    RecordType.intent,
    RecordType.unlocked,
    RecordType.done,
  ]) {
    assert(types.includes(type), `no record of type ${type} in ${types}`);
  }
  const position = joint.gateway.events.position(joint.lockId)!;
  assert.equal(joint.gateway.events.headThrough(joint.lockId, position.generation), position.seq);
  assert.equal(joint.gateway.events.ackedThrough(joint.lockId, position.generation), position.seq);
});

test("a lock that was reset at the door is told; paired again, the end of its earlier log comes too", async (t) => {
  const joint = new Joint(t, { seed: 2 });
  await joint.pair();
  await joint.untilInStep();
  const { events, locks } = joint.gateway;
  const before = events.position(joint.lockId)!;
  joint.lock.powerCycle(500);
  await joint.clock.advanceAsync(1_000);
  joint.lock.factoryReset();
  await joint.clock.advanceAsync(120_000);
  assert.equal(joint.gateway.services.sync.status(joint.lockId)?.state, "stopped");
  assert.match(joint.sentence() ?? "", /reset at the door/);

  assert.equal((await joint.pair()).error, undefined);
  await joint.untilInStep();
  const { generation } = locks.get(joint.lockId)!;
  assert.equal(generation, before.generation + 1);
  const rows = events.after(0, 1_000);
  assert(rows.some((row) => row.generation === before.generation && row.seq > before.seq && row.kind === "record"));
  assert(rows.some((row) => row.generation === before.generation && row.kind === "head" && row.seq > before.seq));
  assert(rows.every(({ kind }) => kind !== "gap"));
  for (const each of [before.generation, generation]) {
    assert.equal(events.ackedThrough(joint.lockId, each), events.positionIn(joint.lockId, each)?.seq);
  }
  assert.equal((await joint.unlock()).kind, "done");
});

test("the label of one lock does not pair another", async (t) => {
  const joint = new Joint(t, { seed: 3 });
  const other = new Joint(t, { seed: 4 });
  joint.lock.pressPairingButton();
  for (const expected of [/label of another lock/, /label of another lock/]) {
    const { id } = await joint.gateway.services.pairings.start({ label: other.label, via: VIA });
    assert.match((await joint.pairingEnd(id)).error ?? "", expected);
  }
  assert.equal((await joint.pair()).state, "done");
});

test("a lock that works is paired again by whoever has its label and its button: the old slot works until the new one does", async (t) => {
  const joint = new Joint(t, { seed: 5 });
  await joint.pair();
  await joint.untilInStep();
  const { locks } = joint.gateway;
  const slotNumbers = () => [0, 1, 2, 3].filter((slot) => joint.lock.firmware?.inside.slots.at(slot));

  joint.transport.fate = (request) => (request[0] === P3 ? "lose-request" : "pass");
  assert.match((await joint.pair()).error ?? "", /has not taken the pairing/);
  joint.transport.fate = () => "pass";
  assert.equal(locks.slot(joint.lockId)?.slot, 0);
  assert.equal((await joint.unlock()).kind, "done");

  for (const slot of [1, 0]) {
    await joint.clock.advanceAsync(120_000);
    const again = await joint.pair();
    assert.deepEqual([again.state, again.error], ["done", undefined]);
    assert.equal(locks.slot(joint.lockId)?.slot, slot);
    assert.deepEqual(slotNumbers(), [slot]);
    assert.equal((await joint.unlock()).kind, "done");
  }
});

test("a gateway put back to before a new pairing is told that its keys are not the lock's any more", async (t) => {
  const joint = new Joint(t, { seed: 3 });
  await joint.pair();
  await joint.untilInStep();
  await joint.backUp();
  joint.lock.factoryReset();
  assert.equal((await joint.pair()).state, "done");
  await joint.restoreBackup();
  await joint.clock.advanceAsync(120_000);
  assert.equal(joint.gateway.services.sync.status(joint.lockId)?.reason, "keys-unknown");
  assert.match(joint.sentence() ?? "", /does not answer this gateway's keys: .* pair it again/);
});
