import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCarried } from "../../protocol/access/carried.ts";
import { type Grant, parseGrant } from "../../protocol/documents/grant.ts";
import { DENIED_MAX, parseRoster } from "../../protocol/documents/roster.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";

const SEEDS = [7, 24];
const STEPS = 20;
const LOCKS = [LOCK_A, LOCK_B];
const GROUPS = ["00000000000000f1", "00000000000000f2"];
const DAY_MS = 86_400_000;

/** Grants given, revoked in heaps and ended, locks going from group to group, a clock that jumps: all at random. */
async function carryOn(t: Parameters<typeof grantsFixture>[0], seed: number) {
  const fixture = await grantsFixture(t);
  const { grants, groups, publicKey, clock, wanted, rosters, suite, issuer, store, keeper } = fixture;
  const random = new SeededRandom(seed);
  const chance = (sides: number) => (random.bytes(1)[0] ?? 0) % sides;
  const some = <T>(list: readonly T[]) => list.filter(() => chance(2) === 0);
  /** Every document that was ever given out, in hex, with what it says. */
  const given = new Map<string, Grant>();
  let wasFull = false;
  await wanted.renew(LOCKS);
  for (const groupId of GROUPS) await groups.put(groupId, { name: groupId.slice(-2), locks: [] });
  const give = async () => {
    const [locks, inGroups] = [some(LOCKS), some(GROUPS)];
    await grants.add({
      locks,
      groups: locks.length + inGroups.length > 0 ? inGroups : GROUPS,
      with: [{ kind: "key", publicKey }],
      rights: ["unlock"],
      until: new Date(clock.wallMs() + (1 + chance(30)) * DAY_MS).toISOString(),
      carried: true,
    });
  };
  const issued = () => grants.list("", 10_000);
  /** As many as the denied list holds, like one that is there; all at once, since there are so many. */
  const revokeHeap = async () => {
    const [like] = issued();
    if (!like) return;
    const heap = await Promise.all(
      Array.from({ length: DENIED_MAX }, async () => {
        const claims = { ...like.claims, id: random.bytes(8), issuedAt: Math.floor(clock.wallMs() / 1000) };
        const { issuedAt } = claims;
        return { ...like.row, id: toHex(claims.id), issuedAt, document: await issuer.signGrant(claims) };
      }),
    );
    await wanted.change(() => {
      for (const row of heap) {
        store.insert(row);
        store.revoke(row.id, clock.wallMs());
      }
      return LOCKS;
    });
  };
  for (let step = 0; step < STEPS; step++) {
    switch (chance(5)) {
      case 0:
        for (let made = chance(8); made >= 0; made--) await give();
        break;
      case 1:
        await grants.revokeAll(some(issued()).map(({ row }) => row));
        break;
      case 2:
        await revokeHeap();
        break;
      case 3:
        await groups.put(GROUPS[chance(2)] ?? "", { name: `${step}`, locks: some(LOCKS) });
        break;
      case 4:
        // Far ahead too, and back: the keeper looks every hour.
        clock.stepWall((chance(8) - 3) * DAY_MS);
        await keeper.look();
    }
    clock.advance(chance(3) * 1000);
    for (const { row } of issued()) {
      const grant = parseGrant(suite, row.document);
      assert.ok(grant.ok);
      given.set(toHex(row.document), grant.value);
    }
    for (const lockId of LOCKS) checkAll(lockId, `seed ${seed}, step ${step}`);
  }
  assert.ok(wasFull, `seed ${seed}: the denied list was never full`);

  /** The living are let in with their newest document; of the revoked none is, while nothing else keeps it out. */
  function checkAll(lockId: string, where: string) {
    const roster = parseRoster(suite, rosters.document(lockId) ?? new Uint8Array());
    assert.ok(roster.ok);
    wasFull ||= roster.value.claims.carriedFrom > 0;
    const groupIds = GROUPS.filter((groupId) => groups.get(groupId)?.lockIds.includes(lockId));
    const rows = new Map(issued().map(({ row }) => [row.id, row]));
    for (const [document, grant] of given) {
      const row = rows.get(toHex(grant.claims.id));
      const isFor = row?.lockIds.includes(lockId) || groupIds.some((groupId) => row?.groupIds.includes(groupId));
      const isOver = (grant.claims.expires ?? 0) * 1000 <= clock.wallMs();
      if (!row || !isFor || isOver) continue;
      const reason = checkCarried(grant, roster.value.claims, undefined);
      if (row.revokedAtMs !== undefined) assert.equal(reason, Reason.revoked, `${where}: a revoked grant is let in`);
      else if (toHex(row.document) === document) {
        assert.equal(reason, Reason.done, `${where}: a living grant is shut out`);
      }
    }
  }
}

for (const seed of SEEDS) {
  test(`whatever is given and revoked, carried grants open as they should (seed ${seed})`, (t) => carryOn(t, seed));
}
