import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { DEFAULT_SITE } from "../../gateway/config.ts";
import { IssuerOffice } from "../../gateway/rights/issuer-office.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Joint } from "./testing/joint.ts";
import { KeyBearer } from "./testing/key-bearer.ts";

const HOUR_MS = 3_600_000;
const UNTIL = "2027-12-31T00:00:00Z";
const QUIET = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

async function pairedJoint(t: TestContext, seed: number): Promise<Joint> {
  const joint = new Joint(t, { seed, suite: opensslSuite });
  assert.equal((await joint.pair()).state, "done");
  await joint.untilInStep();
  return joint;
}

/** As `portvakt issuer` does on the data directory of a gateway that is stopped. */
async function atTheDesk<T>(joint: Joint, work: (office: IssuerOffice) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await joint.withGatewayStopped(async (directory) => {
    const { clock, random } = joint;
    const world = { suite: opensslSuite, clock, random, log: QUIET, directory, site: DEFAULT_SITE };
    const office = await IssuerOffice.open(world);
    result = { value: await work(office) };
    await office.close();
  });
  return result!.value;
}

test("a lock moves to a new issuer's key without anybody going there, and takes nothing under the old one then", async (t) => {
  const joint = await pairedJoint(t, 1);
  const { lockId, clock } = joint;
  const carer = new KeyBearer(joint);
  const request = { locks: [lockId], rights: ["unlock" as const], until: UNTIL };
  const { row } = await joint.run(
    joint.gateway.grants.add({ ...request, with: [{ kind: "key", publicKey: carer.publicKey }], carried: true }),
  );
  const { pin } = await joint.run(joint.gateway.grants.add({ ...request, with: [{ kind: "pin" }] }));
  await joint.untilInStep();
  assert.equal(await carer.opensWith(row.document), "done");

  const reissued = await atTheDesk(joint, async (office) => {
    const before = office.publicKey;
    await office.keyChanges.begin();
    assert.notDeepEqual(office.publicKey, before);
    assert.deepEqual(office.keyChanges.waiting(), [lockId]);
    const reissued = office.rights.grants.get(row.id)!.row.document;
    assert.equal(await carer.opensWith(reissued), Reason.unknownKey);
    assert.equal(await carer.opensWith(row.document), "done");
    return reissued;
  });

  await joint.untilInStep();
  assert.equal(await carer.opensWith(row.document), Reason.unknownKey);
  assert.equal(await carer.opensWith(reissued), "done");
  joint.lock.pressKeys(`${pin}#`);
  await clock.advanceAsync(3_000);
  assert.equal(joint.lock.hardware.bolt.position(), "drawn");
  await clock.advanceAsync(30_000);
  assert.equal((await joint.unlock()).kind, "done");
});

test("the old key is wiped once the last lock has moved, and the gateway goes on with the new one alone", async (t) => {
  const joint = await pairedJoint(t, 2);
  const next = await atTheDesk(joint, async (office) => {
    await office.keyChanges.begin();
    return office.publicKey;
  });
  await joint.untilInStep();
  await joint.clock.advanceAsync(HOUR_MS);
  await atTheDesk(joint, async (office) => {
    assert.deepEqual([office.keyChanges.isUnderWay, office.keyChanges.waiting()], [false, []]);
    assert.deepEqual(office.publicKey, next);
  });
  await joint.withGatewayStopped((folder) => assert.ok(!existsSync(join(folder, "issuer-next.key"))));
  await joint.run(joint.gateway.grants.add({ locks: [joint.lockId], with: [{ kind: "pin" }], rights: ["essential"] }));
  await joint.untilInStep();
  assert.equal(joint.sentence(), "In step.");
});
