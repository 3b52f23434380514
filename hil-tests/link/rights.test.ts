import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { opensslSuite } from "../../crypto/openssl.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { GrantRequest } from "../../gateway/rights/grant-request.ts";
import { makeTag } from "../../lock-sim/tag/make-tag.ts";
import { Action } from "../../protocol/documents/order.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { giveOrder } from "../phone/give-order.ts";
import { PassSession } from "../phone/pass-session.ts";
import { DoorCarrier } from "../phone/testing/door-carrier.ts";
import { Joint } from "./testing/joint.ts";

const MINUTE_MS = 60_000;
const UID = "04112233445566";

/** A paired lock that is in step, on a Thursday at one in the morning (site time). */
async function pairedJoint(t: TestContext, seed: number): Promise<Joint> {
  const joint = new Joint(t, { seed });
  assert.equal((await joint.pair()).state, "done");
  await joint.untilInStep();
  return joint;
}

async function give(joint: Joint, request: Partial<GrantRequest>) {
  const lacking = { locks: [joint.lockId], rights: ["unlock" as const], until: "2027-12-31T00:00:00Z" };
  const added = await joint.run(joint.gateway.grants.add({ with: [{ kind: "pin" }], ...lacking, ...request }));
  await joint.untilInStep();
  return added;
}

/** Types at the keypad; whether the bolt is drawn then. Lets the lock throw it again. */
async function opensWith(joint: Joint, digits: string): Promise<boolean> {
  joint.lock.pressKeys(`${digits}#`);
  await joint.clock.advanceAsync(3_000);
  const isDrawn = joint.lock.hardware.bolt.position() === "drawn";
  await joint.clock.advanceAsync(20_000);
  return isDrawn;
}

test("grants with PIN, tag and hours stand in the lock's table as they are wanted", async (t) => {
  const joint = await pairedJoint(t, 1);
  await joint.run(joint.gateway.groups.add({ name: "laundry", locks: [joint.lockId] }));
  await give(joint, { with: [{ kind: "tag", uid: UID }, { kind: "pin" }], require: 2 });
  await give(joint, { schedule: [{ days: ["mon", "holiday"], from: "22:00", to: "06:00" }], uses: 3 });
  await give(joint, { locks: [], groups: ["laundry"] });
  assert.equal(joint.sentence(), "In step.");
  const wanted = joint.gateway.rosters.wanted(joint.lockId)!;
  const { table, roster } = joint.lock.firmware!.inside;
  assert.equal(wanted.grantDocuments.length, 4);
  assert.deepEqual(
    [...(table.active?.entries() ?? [])].map(({ document }) => document),
    wanted.grantDocuments,
  );
  assert.deepEqual(roster.claims?.digest, joint.gateway.locks.get(joint.lockId)?.reported?.rosterDigest);
});

test("a PIN that the gateway drew opens the lock until it is revoked", async (t) => {
  const joint = await pairedJoint(t, 2);
  const { row, pin } = await give(joint, { groups: [] });
  assert.equal(await opensWith(joint, pin!), true);
  assert.equal(
    await opensWith(
      joint,
      pin!.replace(/.$/, (digit) => String((Number(digit) + 1) % 10)),
    ),
    false,
  );
  await joint.run(joint.gateway.grants.revoke(row.id));
  await joint.untilInStep();
  assert.equal(await opensWith(joint, pin!), false);
});

test("where two kinds are required, a tag and a PIN open the lock together and not apart", async (t) => {
  const joint = await pairedJoint(t, 4);
  const { pin } = await give(joint, { with: [{ kind: "tag", uid: UID }, { kind: "pin" }], require: 2 });
  assert.equal(await opensWith(joint, pin!), false);
  const { tagMasterKey } = joint.lock.firmware!.inside.secrets.get()!;
  joint.lock.presentTag(makeTag(nobleSuite, joint.random, "genuine", fromHex(UID), tagMasterKey));
  await joint.clock.advanceAsync(3_000);
  assert.equal(joint.lock.hardware.bolt.position(), "thrown");
  assert.equal(await opensWith(joint, pin!), true);
});

test("a key works in its hours alone, and on a holiday only in those for holidays", async (t) => {
  const joint = await pairedJoint(t, 3);
  const { clock, random, lock, lockId } = joint;
  const key: Secret = opensslSuite.p256PrivateKey((length) => random.bytes(length));
  const { row } = await give(joint, {
    with: [{ kind: "key", publicKey: toHex(opensslSuite.p256PublicKey(key)) }],
    schedule: [{ days: ["thu"], from: "01:10", to: "02:00" }],
  });
  const { sigPk } = joint.gateway.locks.get(lockId)!;
  const phone = { suite: opensslSuite, random, clock };
  const order = async () => {
    await clock.advanceAsync(2_000);
    const carrier = new DoorCarrier(lock, clock);
    const session = await PassSession.open(phone, carrier, { lockId: fromHex(lockId), sigPk });
    const outcome = await giveOrder(phone, session, { key, grant: row.document }, Action.unlock);
    await carrier.close();
    await joint.untilInStep();
    return outcome.kind === "refused" ? outcome.reason : outcome.kind;
  };
  assert.equal(await order(), Reason.outsideHours);
  await clock.advanceAsync(10 * MINUTE_MS);
  assert.equal(await order(), "done");
  await joint.run(joint.gateway.siteSettings.putHolidays(["2027-01-07"]));
  await joint.untilInStep();
  assert.equal(await order(), Reason.outsideHours);
});
