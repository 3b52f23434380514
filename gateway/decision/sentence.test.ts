import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../protocol/documents/order.ts";
import { grantsFixture, LOCK_A } from "../testing/grants-fixture.ts";
import type { Asked } from "./asked.ts";
import { Decisions } from "./decisions.ts";
import { sentenceOf } from "./sentence.ts";

const DAY_SECONDS = 86_400;

test("a stale roster says no until a newer one comes, and no longer", async (t) => {
  const fixture = await grantsFixture(t, { tz: "UTC0", staleAfterDays: 7 });
  const { grants, rosters, suite, locks, clock } = fixture;
  const until = "2028-12-31T00:00:00Z";
  const { row } = await grants.add({ locks: [LOCK_A], with: [{ kind: "pin" }], rights: ["unlock"], until });
  const decisions = new Decisions({ rosters, grants, suite, events: { usesOf: () => 0 } });
  const roster = decisions.roster(LOCK_A);
  const lock = locks.get(LOCK_A);
  assert(roster && lock);
  const at = Math.floor(clock.wallMs() / 1000) + 8 * DAY_SECONDS;
  const asked: Asked = { action: Action.unlock, at, privacy: false, timeUncertain: false };
  const lookedUntil = at + 366 * DAY_SECONDS;
  const decision = decisions.ofGrant(lock, roster, row.id, asked, lookedUntil);
  assert(decision);
  assert.match(
    sentenceOf(decision, asked, roster, lookedUntil),
    /^No: the lock's roster is stale since .*: until a newer one comes, only people who live there get in\.$/,
  );
});
