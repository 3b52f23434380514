import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CredentialKind, GrantClaims, Window } from "../documents/grant.ts";
import { Action } from "../documents/order.ts";
import type { Settings } from "../documents/settings.ts";
import { Reason } from "../wire/reason.ts";
import { type Answer, answerAt, type Foresight } from "./explain.ts";
import { changesAfter } from "./next-change.ts";

const SEED = Number(process.env.SEED ?? 20270328);
const RUNS = 40;
const MINUTE = 60;
const DAY = 86_400;
const HORIZON_DAYS = 9;
const LOCK = new Uint8Array(8).fill(1);

/** Around both changes of clocks, around New Year, and around days on which nothing happens. */
const STARTS = [Date.UTC(2027, 2, 25), Date.UTC(2027, 9, 27), Date.UTC(2027, 11, 29), Date.UTC(2027, 6, 1)];
/** The last one changes its clocks at New Year, at midnight. */
const ZONES = ["CET-1CEST,M3.5.0,M10.5.0/3", "NZST-12NZDT,M9.5.0,M4.1.0/3", "UTC0", "AAA4BBB,J365/24,J90/0"];

/** Mostly what lets somebody in: of what never does there is little to tell. */
const mostly = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const minute = fc.oneof(fc.nat(1440), fc.integer({ min: 60, max: 240 }));
const window: fc.Arbitrary<Window> = fc.record({ days: fc.nat(0xff), from: minute, to: minute });
const start = fc
  .constantFrom(...STARTS)
  .chain((ms) => fc.nat(DAY / MINUTE).map((minute) => ms / 1000 + minute * MINUTE));

const foresights = start.chain((now) => {
  const moment = fc
    .integer({ min: -DAY / MINUTE, max: (HORIZON_DAYS * DAY) / MINUTE })
    .map((minute) => now + minute * MINUTE);
  const limits = fc.record(
    {
      notBefore: moment,
      expires: moment,
      windows: fc.array(window, { minLength: 1, maxLength: 4 }),
      uses: fc.integer({ min: 2, max: 3 }),
      rule: fc.constantFrom<CredentialKind>(1, 2),
    },
    { requiredKeys: [] },
  );
  const holidays = fc.array(fc.integer({ min: -1, max: HORIZON_DAYS }).map((days) => Math.floor(now / DAY) + days));
  const settings: fc.Arbitrary<Settings> = fc.record(
    { tz: fc.constantFrom(...ZONES), holidays },
    { requiredKeys: ["holidays"] },
  );
  return fc.record({
    now: fc.constant(now),
    limits,
    settings,
    rights: fc.constantFrom(1, 9, 33, 41),
    staleAfter: fc.oneof(fc.constant(0), moment),
    used: fc.nat(2),
    kindsShown: mostly<CredentialKind[]>([1, 2, 3], fc.subarray<CredentialKind>([1, 2, 3])),
    privacy: mostly(false, fc.boolean()),
    timeUncertain: mostly(false, fc.boolean()),
    byOrder: fc.boolean(),
  });
});

type Drawn = typeof foresights extends fc.Arbitrary<infer T> ? T : never;

function foresightOf({ limits, rights, kindsShown, now, ...world }: Drawn): Foresight {
  const credentials = [
    { kind: "tag", uid: new Uint8Array(7) },
    { kind: "pin", verifier: LOCK },
    { kind: "key" },
  ] as const;
  const grant: GrantClaims = {
    subject: LOCK,
    audience: [LOCK],
    issuedAt: now,
    id: LOCK,
    credentials,
    rights,
    ...limits,
  };
  return { ...world, lockId: LOCK, grant, action: Action.unlock, kindsShown: new Set(kindsShown) };
}

const PLAIN: Drawn = {
  now: 0,
  limits: {},
  settings: { tz: ZONES[0]! },
  rights: 1,
  staleAfter: 0,
  used: 0,
  kindsShown: [1],
  privacy: false,
  timeUncertain: false,
  byOrder: false,
};

/** The same, asked minute by minute. */
function byTheMinute(asked: Foresight, now: number, until: number) {
  const first = answerAt(asked, now).reason;
  let next: { at: number; reason: Reason } | undefined;
  for (let at = now + MINUTE; at <= until; at += MINUTE) {
    const { reason } = answerAt(asked, at);
    if (reason !== first) next ??= { at, reason };
    if ((reason === Reason.done) !== (first === Reason.done)) return { next, turn: { at, reason } };
  }
  return { next, turn: undefined };
}

test("when the answer will change, and to what, is what asking for every minute finds", (t) => {
  t.diagnostic(`SEED=${SEED}`);
  let changes = 0;
  fc.assert(
    fc.property(foresights, (drawn) => {
      const asked = foresightOf(drawn);
      const until = drawn.now + HORIZON_DAYS * DAY;
      const { next, turn } = changesAfter(asked, drawn.now, until);
      const brief = (change: ({ at: number } & Answer) | undefined) =>
        change && { at: change.at, reason: change.reason };
      assert.deepEqual({ next: brief(next), turn: brief(turn) }, byTheMinute(asked, drawn.now, until));
      if (next) changes++;
    }),
    { seed: SEED, numRuns: RUNS },
  );
  assert(changes > RUNS / 2, `draws too tame to show anything: ${changes} changes`);
});

test("a window that the clocks jump into begins when they jump, and one that they jump out of ends then", () => {
  const quarters = { days: 0xff, from: 2 * 60 + 15, to: 2 * 60 + 45 };
  const spring = Date.UTC(2027, 2, 28) / 1000;
  const autumn = Date.UTC(2027, 9, 31) / 1000;
  const HOUR = 60 * MINUTE;
  const nights: [number, Window, number][] = [
    // 02:00 becomes 03:00 at 01:00 UTC: of 02:30–03:30 half is left, of 01:30–02:30 the first half.
    [spring + HOUR - 1, { ...quarters, from: 150, to: 210 }, spring + HOUR],
    [spring + HOUR - 1, { ...quarters, from: 90, to: 150 }, spring + HOUR],
    // 03:00 becomes 02:00 at 01:00 UTC, and 02:15 comes again.
    [autumn + 45 * MINUTE, quarters, autumn + 75 * MINUTE],
  ];
  for (const [now, window, at] of nights) {
    const asked = foresightOf({ ...PLAIN, limits: { windows: [window] } });
    assert.equal(changesAfter(asked, now, now + DAY).turn?.at, at);
  }
});

test("what no moment changes has no change, and one that comes later than asked for is not told", () => {
  const now = STARTS[3]! / 1000;
  assert.deepEqual(changesAfter(foresightOf({ ...PLAIN, limits: {} }), now, now + 400 * DAY), {});
  const asked = foresightOf({ ...PLAIN, limits: { expires: now + 300 * DAY } });
  assert.deepEqual(changesAfter(asked, now, now + 300 * DAY - 1), {});
  const end = { at: now + 300 * DAY, reason: Reason.expired, rule: "exp" };
  assert.deepEqual(changesAfter(asked, now, now + 300 * DAY), { next: end, turn: end });
});

test("a spent grant is outside its hours at night, and no morning helps it", () => {
  const night = STARTS[3]! / 1000;
  const limits = { windows: [{ days: 0xff, from: 480, to: 1020 }], uses: 2 };
  const { next, turn } = changesAfter(foresightOf({ ...PLAIN, used: 2, limits }), night, night + 30 * DAY);
  assert.deepEqual(next, { at: night + 6 * 60 * MINUTE, reason: Reason.usesSpent, rule: "uses" });
  assert.equal(turn, undefined);
});
