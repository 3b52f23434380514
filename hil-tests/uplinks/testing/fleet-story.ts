import assert from "node:assert/strict";
import { asyncapiSchema } from "../../../gateway/uplink/testing/asyncapi-schema.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { FleetSite } from "./fleet-site.ts";

/** The issuer's word on the time is as old as its way was long; a lock takes it for so long (protocol.md §7). */
const TOKEN_TRAVELS_SECONDS_MAX = 120;

const isReport = asyncapiSchema("LockReport");
const isOutcome = asyncapiSchema("Outcome");

/** What an outcome of an order says on every way. */
interface Outcome {
  outcome: string;
  reason?: number;
  challenge?: string;
}

/**
 * From a lock that nobody knows to one whose rights come and go from far away: it is paired, reported and taken in; gets its
 * rosters, the time, and a person's order; and what is revoked no longer opens.
 */
export async function tellFleetStory(site: FleetSite): Promise<void> {
  const { issuer, lockId, lock, clock } = site;
  const { office } = issuer;
  const isInStep = (epoch: number) => {
    const report = issuer.report(lockId);
    assert(!report || isReport(report), JSON.stringify(report));
    return report?.state === "in-step" && report.wanted.epoch === epoch && report.reported?.epoch === epoch;
  };
  const decide = async (decision: Promise<unknown>) => {
    await site.run(decision);
    site.way.changed(site.gatewayId);
  };

  await site.pair();
  await site.until("the first roster", () => isInStep(1));

  const person = await site.run(issuer.grantByKey({ locks: [lockId], rights: ["unlock", "essential"] }));
  site.way.changed(site.gatewayId);
  await site.until("the roster with the grant", () => isInStep(2));

  lock.powerOff();
  lock.disturb(({ rtc }) => rtc.lose());
  lock.powerOn();
  await site.until("the wish for the time", () => issuer.report(lockId)?.clock?.uncertain === true);
  await site.until("the time", () => issuer.report(lockId)?.clock?.uncertain === false);
  const offBySeconds = Math.abs(lock.hardware.rtc.seconds() - clock.wallMs() / 1000);
  assert(offBySeconds <= TOKEN_TRAVELS_SECONDS_MAX, `the lock's clock is ${offBySeconds} s off`);

  const order = async (challenge = issuer.report(lockId)?.challenge?.value) => {
    const document = issuer.unlockOrder(person, lockId, challenge ?? "");
    assert(document);
    const outcome = (await site.run(site.way.order(site, document))) as Outcome;
    assert(isOutcome(outcome), JSON.stringify(outcome));
    return { challenge, outcome };
  };
  const first = await order();
  assert.equal(first.outcome.outcome, "done");
  assert.equal(lock.hardware.bolt.position(), "drawn");
  const stale = await order(first.challenge);
  assert.deepEqual([stale.outcome.outcome, stale.outcome.reason], ["refused", Reason.staleChallenge]);
  const again = await order(stale.outcome.challenge);
  assert.equal(again.outcome.outcome, "done");
  await site.until(
    "the challenge in a report",
    () => issuer.report(lockId)?.challenge?.value === again.outcome.challenge,
  );

  await decide(office.rights.grants.revoke(person));
  await site.until("the roster without the grant", () => isInStep(3));
  const late = await order();
  assert.deepEqual([late.outcome.outcome, late.outcome.reason], ["refused", Reason.unknownGrant]);

  const { seq } = lock.firmware!.inside.store.position;
  await site.until("the receipts", () => lock.firmware!.inside.store.acknowledged(0) >= seq);
}
