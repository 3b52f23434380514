import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { DENIED_MAX } from "../../protocol/documents/roster.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Joint } from "./testing/joint.ts";
import { KeyBearer } from "./testing/key-bearer.ts";

/** A lock in a group, and somebody with a key. */
async function setUp(t: TestContext, seed: number) {
  const joint = new Joint(t, { seed, suite: opensslSuite });
  assert.equal((await joint.pair()).state, "done");
  await joint.run(joint.gateway.groups.add({ name: "district", locks: [joint.lockId] }));
  const carer = new KeyBearer(joint);
  const { grants } = joint.gateway;
  const carry = async () => {
    const credentials = [{ kind: "key" as const, publicKey: carer.publicKey }];
    const request = {
      groups: ["district"],
      with: credentials,
      rights: ["unlock" as const],
      until: "2027-12-31T00:00:00Z",
    };
    return (await joint.run(grants.add({ ...request, carried: true }))).row;
  };
  await joint.untilInStep();
  return { joint, grants, carer, carry };
}

test("a grant that stands in no table opens for its bearer at once, until it is revoked", async (t) => {
  const { joint, grants, carer, carry } = await setUp(t, 1);
  const { id, document } = await carry();
  const inTable = joint.gateway.rosters.wanted(joint.lockId)?.grantDocuments ?? [];
  assert.deepEqual(
    [...(joint.lock.firmware?.inside.table.active?.entries() ?? [])].map((grant) => grant.document),
    inTable,
  );
  assert.equal(inTable.length, 1);
  assert.equal(await carer.opensWith(document), "done");
  await joint.run(grants.revoke(id));
  await joint.untilInStep();
  assert.equal(await carer.opensWith(document), Reason.revoked);
});

test("when too many are revoked to be named, the living open with what they are given anew", async (t) => {
  const { joint, grants, carer, carry } = await setUp(t, 2);
  const living = await carry();
  const revoked = [];
  for (let made = 0; made <= DENIED_MAX; made++) revoked.push(await carry());
  await joint.clock.advanceAsync(2_000);
  await joint.run(grants.revokeAll(revoked));
  await joint.untilInStep();
  const reissued = grants.get(living.id)?.row;
  assert.ok(reissued?.isToHandOut);
  assert.equal(await carer.opensWith(living.document), Reason.revoked);
  assert.equal(await carer.opensWith(reissued.document), "done");
  for (const { document } of [revoked[0]!, revoked.at(-1)!]) {
    assert.equal(await carer.opensWith(document), Reason.revoked);
  }
});
