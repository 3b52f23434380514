import assert from "node:assert/strict";
import { test } from "node:test";
import { Reason } from "../../protocol/wire/reason.ts";
import { Meters } from "./meters.ts";

async function samples(meters: Meters): Promise<string[]> {
  return (await meters.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("what happens on the links is counted per lock, by kind and by reason", async () => {
  const meters = new Meters();
  meters.frameSent("aa", false);
  meters.frameSent("aa", true);
  meters.frameReceived("aa");
  meters.linkFailed("aa", "timeout");
  meters.sessionBegan("aa", "resumed");
  meters.refused("aa", Reason.expired);
  meters.answered("getLock", 200);
  meters.foreignRoster("aa");
  const text = await samples(meters);
  for (const sample of [
    'portvakt_link_frames_total{lock="aa",direction="sent"} 1',
    'portvakt_link_frames_total{lock="aa",direction="resent"} 1',
    'portvakt_link_frames_total{lock="aa",direction="received"} 1',
    'portvakt_link_errors_total{lock="aa",kind="timeout"} 1',
    'portvakt_sessions_total{lock="aa",how="resumed"} 1',
    'portvakt_refusals_total{lock="aa",reason="expired"} 1',
    'portvakt_api_requests_total{operation="getLock",status="200"} 1',
    'portvakt_foreign_rosters_total{lock="aa"} 1',
  ]) {
    assert(text.includes(sample), sample);
  }
});

test("the parts of an unlock are histograms in seconds", async () => {
  const meters = new Meters();
  meters.unlockStepTook("bolt", 300);
  meters.orderEnded("done", 420);
  const text = await samples(meters);
  assert(text.includes('portvakt_unlock_step_seconds_sum{step="bolt"} 0.3'));
  assert(text.includes('portvakt_unlock_step_seconds_bucket{le="0.25",step="bolt"} 0'));
  assert(text.includes('portvakt_unlock_step_seconds_bucket{le="0.5",step="bolt"} 1'));
  assert(text.includes('portvakt_order_seconds_sum{outcome="done"} 0.42'));
});

test("levels are those of the moment in which somebody reads them", async () => {
  const meters = new Meters();
  let undelivered = 3;
  meters.watch({
    syncStates: () => ["in-step", "waiting", "waiting"],
    revocationAges: () => [5, 700, undefined],
    undeliveredEvents: () => undelivered,
    databaseBytes: () => 4096,
    setAsideEvents: () => 2,
    lostEvents: () => 7,
    uplinkState: () => "waiting",
  });
  undelivered = 5;
  const text = await samples(meters);
  for (const sample of [
    "portvakt_events_undelivered 5",
    "portvakt_database_bytes 4096",
    "portvakt_events_set_aside 2",
    "portvakt_events_lost 7",
    'portvakt_locks{state="in-step"} 1',
    'portvakt_locks{state="waiting"} 2',
    'portvakt_locks{state="stopped"} 0',
    "portvakt_revocation_age_seconds 700",
    'portvakt_locks_by_revocation_age{le="60"} 1',
    'portvakt_locks_by_revocation_age{le="3600"} 2',
    'portvakt_locks_by_revocation_age{le="+Inf"} 3',
    'portvakt_uplink_state{state="waiting"} 1',
    'portvakt_uplink_state{state="none"} 0',
  ]) {
    assert(text.includes(sample), sample);
  }
});

test("locks beyond the thousandth share their series", async () => {
  const meters = new Meters();
  for (let lock = 0; lock < 1005; lock++) meters.frameReceived(`lock${lock}`);
  meters.frameReceived("lock0");
  const text = await samples(meters);
  const frames = text.filter((line) => line.startsWith("portvakt_link_frames_total"));
  assert.equal(frames.length, 1001);
  assert(frames.includes('portvakt_link_frames_total{lock="other",direction="received"} 5'));
  assert(frames.includes('portvakt_link_frames_total{lock="lock0",direction="received"} 2'));
});
