import assert from "node:assert/strict";
import { test } from "node:test";
import { ROSTER_BYTES_MAX } from "../../protocol/documents/roster.ts";
import { DEFAULT_SITE } from "../config.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import { wantedAt } from "../testing/wanted-at.ts";

const DEFAULTS = {
  tz: DEFAULT_SITE.tz,
  holidays: [],
  groups: [],
  autoRelockSeconds: 0,
  wrongTriesMax: 5,
  lockoutSeconds: 60,
  unlockSeconds: 5,
  ajarSeconds: 60,
};

test("a roster says what holds at its lock, and nothing that is for the gateway alone", async (t) => {
  const fixture = await grantsFixture(t);
  await fixture.wanted.renew([LOCK_A]);
  assert.deepEqual(wantedAt(fixture, LOCK_A).claims.settings, DEFAULTS);
  await fixture.siteSettings.put(LOCK_A, {
    name: "Port",
    tz: "UTC0",
    holidays: ["1970-01-02"],
    stair: "A",
    unlockSeconds: 9,
    // How long events are kept is no business of the lock's.
    keepDays: 7,
  });
  assert.deepEqual(fixture.changed, [LOCK_A]);
  assert.deepEqual(wantedAt(fixture, LOCK_A).claims.settings, {
    ...DEFAULTS,
    name: "Port",
    tz: "UTC0",
    holidays: [1],
    unlockSeconds: 9,
  });
});

test("the site's holidays come to the locks that have none of their own", async (t) => {
  const fixture = await grantsFixture(t);
  await fixture.siteSettings.put(LOCK_A, { holidays: [] });
  await fixture.siteSettings.putHolidays(["2027-12-25", "2027-12-24"]);
  assert.deepEqual(fixture.changed, [LOCK_A, LOCK_B]);
  assert.deepEqual(wantedAt(fixture, LOCK_A).claims.settings.holidays, []);
  assert.deepEqual(wantedAt(fixture, LOCK_B).claims.settings.holidays, [21_176, 21_177]);
});

test("the fullest roster that people can ask for is one that locks take", async (t) => {
  const fixture = await grantsFixture(t, { ...DEFAULT_SITE, staleAfterDays: 30 });
  const { grants, groups, siteSettings, publicKey } = fixture;
  const credentials = [{ kind: "key" as const, publicKey }, { kind: "pin" as const }];
  const request = { locks: [LOCK_A], with: credentials, rights: ["essential" as const] };
  for (let made = 0; made < 34; made++) await grants.revoke((await grants.add(request)).row.id);
  for (let made = 0; made < 16; made++) await groups.add({ name: `group ${made}`, locks: [LOCK_A] });
  await grants.add(request);
  await siteSettings.put(LOCK_A, {
    name: "å".repeat(16),
    tz: `<${"A".repeat(25)}>-10:30:30<${"B".repeat(5)}>,M3.5.0/23,M10.5.0/23`,
    holidays: Array.from({ length: 40 }, (_, i) => `${2150 + i}-12-25`),
    autoRelockSeconds: 86_400,
    wrongTriesMax: 100,
    lockoutSeconds: 3_600,
    unlockSeconds: 3_600,
    ajarSeconds: 86_400,
  });
  await fixture.locks.setReported(LOCK_A, { ...REPORTED, epoch: 2 ** 31 });
  await fixture.pair(LOCK_A, 2 ** 31);
  await fixture.wanted.renew([LOCK_A]);
  assert(fixture.rosters.wanted(LOCK_A)!.document.length <= ROSTER_BYTES_MAX);
  const { denied, carriedFrom } = wantedAt(fixture, LOCK_A).claims;
  assert.equal(denied.length, 31);
  assert(carriedFrom > 0);
});

const REPORTED = {
  epoch: 0,
  rosterDigest: new Uint8Array(32),
  time: 0,
  flags: 0,
  seq: 1,
  batteryMillivolt: 6000,
  temperatureC: 20,
  atMs: 0,
};
