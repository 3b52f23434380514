import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SiteConfig } from "../config.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import { wantedAt } from "../testing/wanted-at.ts";
import { composeRights } from "./compose-rights.ts";

const DAY_MS = 86_400_000;
const SITE: SiteConfig = { tz: "UTC0", staleAfterDays: 10 };

/** One lock has a roster, the other is still being paired. */
async function keeperFixture(t: TestContext, site = SITE) {
  const fixture = await grantsFixture(t, site);
  await fixture.wanted.renew([LOCK_A]);
  fixture.keeper.start();
  t.after(() => fixture.keeper.close());
  return fixture;
}

const epoch = (fixture: Awaited<ReturnType<typeof keeperFixture>>) => wantedAt(fixture, LOCK_A).claims.epoch;

test("a roster goes stale when the site says so, and by default never", async (t) => {
  const fixture = await keeperFixture(t);
  const { issuedAt, staleAfter } = wantedAt(fixture, LOCK_A).claims;
  assert.equal(staleAfter - issuedAt, (10 * DAY_MS) / 1000);
  const standalone = await keeperFixture(t, { ...SITE, staleAfterDays: 0 });
  assert.equal(wantedAt(standalone, LOCK_A).claims.staleAfter, 0);
  await standalone.clock.advanceAsync(100 * DAY_MS);
  assert.equal(epoch(standalone), 1);
});

test("a roster is renewed when half of its time has gone, and not before", async (t) => {
  const fixture = await keeperFixture(t);
  await fixture.clock.advanceAsync(5 * DAY_MS - 1);
  assert.equal(epoch(fixture), 1);
  await fixture.clock.advanceAsync(DAY_MS / 24);
  assert.equal(epoch(fixture), 2);
  assert.deepEqual(fixture.changed, [LOCK_A]);
  assert.equal(fixture.rosters.wanted(LOCK_B), undefined);
  await fixture.clock.advanceAsync(4 * DAY_MS);
  assert.equal(epoch(fixture), 2);
});

test("a roster that another configuration has made is renewed at the start", async (t) => {
  const fixture = await keeperFixture(t);
  await fixture.grants.add({ locks: [LOCK_A], with: [{ kind: "pin" }], rights: ["essential"] });
  await fixture.clock.advanceAsync(0);
  assert.equal(epoch(fixture), 2);
  for (const [site, expected] of [
    [SITE, 2],
    [{ ...SITE, tz: "CET-1" }, 3],
    [{ ...SITE, staleAfterDays: 0 }, 4],
  ] as const) {
    const { keeper } = composeRights({ ...fixture.world, site });
    keeper.start();
    await keeper.close();
    assert.equal(epoch(fixture), expected);
  }
});

test("a machine that has lost the time makes no roster stale", async (t) => {
  const fixture = await keeperFixture(t);
  const before = wantedAt(fixture, LOCK_A).claims;
  fixture.clock.stepWall(-fixture.clock.wallMs());
  await fixture.clock.advanceAsync(DAY_MS);
  for (let made = 0; made < 2; made++) await fixture.wanted.renew([LOCK_A]);
  assert.equal(wantedAt(fixture, LOCK_A).claims.staleAfter, before.staleAfter);
});
