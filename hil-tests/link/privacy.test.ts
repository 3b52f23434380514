import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { ExportCheck } from "../../gateway/verify/export-check.ts";
import { exportText } from "../../gateway/verify/export-lines.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Joint } from "./testing/joint.ts";

const ANNA = "a1b2c3d4e5f60718";
const NAME = "Anna Andersson";

/** Anna, with a name and a PIN, has opened a paired lock; everything that came of it is at the gateway. */
async function annaCame(t: TestContext) {
  const joint = new Joint(t, { seed: 1, suite: opensslSuite });
  assert.equal((await joint.pair()).state, "done");
  await joint.untilInStep();
  const { grants, siteSettings } = joint.gateway;
  await joint.run(siteSettings.put(joint.lockId, { name: "Port" }));
  const { row, pin } = await joint.run(
    grants.add({
      subject: ANNA,
      name: NAME,
      locks: [joint.lockId],
      with: [{ kind: "pin" }],
      until: "2027-12-31T00:00:00Z",
      rights: ["unlock"],
    }),
  );
  await joint.untilInStep();
  joint.lock.pressKeys(`${pin}#`);
  await joint.clock.advanceAsync(60_000);
  await joint.untilInStep();
  return { joint, grantId: row.id, pin: pin! };
}

/** Every event as a backend gets it, and the bytes of its record or head in clear. */
function events(joint: Joint): { text: string; bytes: Buffer }[] {
  const lines = [...exportText(joint.gateway)].join("").trim().split("\n").slice(1);
  return lines.map((text) => {
    const { data } = JSON.parse(text) as { data: { record?: string; document?: string } };
    return { text, bytes: Buffer.from(data.record ?? data.document ?? "", "base64") };
  });
}

function verdictOn(joint: Joint) {
  const { identity } = joint.lock.firmware!.inside;
  const keys = new Map([[joint.lockId, opensslSuite.p256PublicKey(identity.sigKey)]]);
  const check = new ExportCheck(opensslSuite, keys);
  for (const line of [...exportText(joint.gateway)].join("").split("\n")) check.see(line);
  return check.verdicts();
}

test("no event has a name, a pseudonym of a person or a PIN in it, only the grant's id", async (t) => {
  const { joint, grantId, pin } = await annaCame(t);
  const all = events(joint);
  assert.ok(
    all.some(({ bytes }) => bytes.includes(Buffer.from(grantId, "hex"))),
    "the opening names its grant",
  );
  for (const { text, bytes } of all) {
    for (const trace of [NAME, "Anna", ANNA, pin, "Port"]) {
      assert.ok(!text.includes(trace) && !bytes.includes(trace), `${trace} stands in ${text}`);
    }
    assert.ok(!bytes.includes(Buffer.from(ANNA, "hex")), `the pseudonym stands in ${text}`);
  }
});

test("after a person has been erased every event is as it was, the log verifies, and the grant is refused", async (t) => {
  const { joint, grantId } = await annaCame(t);
  const { grants, subjects } = joint.gateway;
  await joint.run(grants.revoke(grantId));
  await joint.untilInStep();
  const before = events(joint).map(({ text }) => text);
  assert.equal(await joint.run(subjects.erase(ANNA)), true);
  await joint.unlock();
  await joint.untilInStep();
  assert.deepEqual(
    events(joint)
      .map(({ text }) => text)
      .slice(0, before.length),
    before,
  );
  const [verdict] = verdictOn(joint);
  assert.deepEqual([verdict?.fault, verdict?.unsigned, verdict?.firstSeq], [undefined, 0, 1]);
  // A PIN's grant can not be carried to the door, so that it is enough that the table has lost it.
  const table = [...joint.lock.firmware!.inside.table.active!.entries()].map(({ cti }) => toHex(cti));
  assert(table.length > 0 && !table.includes(grantId));
});
