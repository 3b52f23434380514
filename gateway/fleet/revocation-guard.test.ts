import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { deskFixture, LOCK_A, LOCK_B, range } from "./testing/desk-fixture.ts";

const HOUR_MS = 3_600_000;
const B = { lockId: fromHex(LOCK_B) };

test("a roster that takes away more than half of a lock's grants is held, and the lock keeps what it has", async (t) => {
  const { takeAll, wanted, desk, changed, notTaken, clock } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  const result = await takeAll(range(1, 19), { epoch: 2 });
  assert.deepEqual(result, {
    kind: "roster",
    id: `${LOCK_A}:2`,
    outcome: "held",
    code: "revokes-too-many",
    sentence: "It takes away 21 of the lock's 40 grants.",
  });
  assert.deepEqual(wanted(), { epoch: 1, ids: range(1, 40) });
  const { heldAtMs, ...held } = desk.held(LOCK_A)!;
  assert.deepEqual(held, { epoch: 2, revokes: 21, of: 40 });
  assert(Math.abs(heldAtMs - clock.wallMs()) < 100);
  assert.deepEqual([changed, notTaken], [[LOCK_A], [LOCK_A]]);
});

test("half of them, and ten, may go unasked", async (t) => {
  const { takeAll } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  assert.equal((await takeAll(range(1, 20), { epoch: 2 })).outcome, "accepted");
  await takeAll(range(1, 10), B);
  assert.equal((await takeAll([], { ...B, epoch: 2 })).outcome, "held");
});

test("ten of ten may go where the other locks have enough", async (t) => {
  const { takeAll } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  await takeAll(range(1, 10), B);
  assert.equal((await takeAll([], { ...B, epoch: 2 })).outcome, "accepted");
});

test("who says how many may go is not asked", async (t) => {
  const { takeAll, wanted } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  assert.equal((await takeAll([], { epoch: 2 }, 39)).outcome, "held");
  assert.equal((await takeAll([], { epoch: 3 }, 40)).outcome, "accepted");
  assert.deepEqual(wanted(), { epoch: 3, ids: [] });
});

test("rosters that together take away more than half of all grants within an hour are held", async (t) => {
  const { takeAll, clock } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  await takeAll(range(1, 40), B);
  assert.equal((await takeAll(range(1, 20), { epoch: 2 })).outcome, "accepted");
  clock.advance(HOUR_MS / 2);
  assert.equal((await takeAll(range(1, 20), { ...B, epoch: 2 })).outcome, "accepted");
  const third = await takeAll(range(1, 19), { epoch: 3 });
  assert(third.outcome === "held");
  assert.equal(third.sentence, "With it, 41 of the 80 grants of all locks would be gone within an hour.");
  clock.advance(HOUR_MS / 2);
  assert.equal((await takeAll(range(1, 19), { epoch: 3 })).outcome, "accepted");
});

test("what was revoked before a restart counts after it", async (t) => {
  const { takeAll, open, take, grantOnce, roster } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  await takeAll(range(1, 20), { epoch: 2 });
  const { desk } = await open();
  const grants = range(1, 9).map(grantOnce);
  const all = range(1, 9).map((n) => n.toString(16).padStart(16, "0"));
  const bundle = { rosters: [{ document: roster(grants, { epoch: 3 }), grants: { kind: "all" as const, all } }] };
  assert.equal((await take(bundle, desk))[0]?.outcome, "held");
});

test("a held roster is let through by a person, also after a restart", async (t) => {
  const { takeAll, open, wanted, changed, desk } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  await takeAll(range(39, 41), { epoch: 2 });
  changed.length = 0;
  const { desk: later } = await open();
  assert.deepEqual(await later.approveHeld(LOCK_A), { kind: "roster", id: `${LOCK_A}:2`, outcome: "accepted" });
  assert.deepEqual(wanted(), { epoch: 2, ids: [39, 40, 41] });
  assert.deepEqual(changed, [LOCK_A]);
  assert.equal(desk.held(LOCK_A), undefined);
  assert.equal(await later.approveHeld(LOCK_A), undefined);
});

test("a held roster is thrown away by a person", async (t) => {
  const { takeAll, wanted, desk } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  await takeAll([], { epoch: 2 });
  assert.equal((await desk.discardHeld(LOCK_A))?.epoch, 2);
  assert.equal(desk.held(LOCK_A), undefined);
  assert.equal(await desk.discardHeld(LOCK_A), undefined);
  assert.deepEqual(wanted(), { epoch: 1, ids: range(1, 40) });
});

test("a roster that is taken puts an end to the one that is held", async (t) => {
  const { takeAll, desk } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  await takeAll([], { epoch: 2 });
  await takeAll(range(1, 39), { epoch: 3 });
  assert.equal(desk.held(LOCK_A), undefined);
});

test("what was held for a lock before it was reset is not let through", async (t) => {
  const { takeAll, desk, pair, wanted } = await deskFixture(t);
  await takeAll(range(1, 40), {});
  await takeAll([], { epoch: 2 });
  await pair(LOCK_A, 1);
  assert.equal(await desk.approveHeld(LOCK_A), undefined);
  assert.equal(desk.held(LOCK_A), undefined);
  assert.equal(wanted().epoch, 1);
});
