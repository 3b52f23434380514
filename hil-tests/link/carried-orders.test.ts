import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import type { LockReport, Reports } from "../../gateway/fleet/lock-report.ts";
import type { Downlink } from "../../gateway/uplink/uplink.ts";
import { Action, signOrder } from "../../protocol/documents/order.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Joint } from "./testing/joint.ts";

const GRANT = "a1a2a3a4a5a6a7a8";

/** A person with a key whose orders a backend signs: it knows what the gateway reports, and nothing else. */
async function setUp(t: TestContext) {
  let downlink!: Downlink;
  let report: LockReport | undefined;
  const uplink = {
    name: "the backend",
    hasLanes: false,
    start: async (given: Downlink) => {
      downlink = given;
    },
    deliver: async () => ({}),
    report: async ({ reports }: Reports) => {
      report = reports.at(-1) ?? report;
      return {};
    },
    close: async () => {},
  };
  const joint = new Joint(t, { seed: 1, suite: opensslSuite, uplink });
  assert.equal((await joint.pair()).state, "done");
  const key = opensslSuite.p256PrivateKey((length) => joint.random.bytes(length));
  const publicKey = toHex(opensslSuite.p256PublicKey(key));
  await joint.run(
    joint.gateway.grants.add({
      id: GRANT,
      locks: [joint.lockId],
      with: [{ kind: "key", publicKey }],
      rights: ["unlock", "essential"],
    }),
  );
  await joint.untilInStep();
  const nowSeconds = () => Math.floor(joint.clock.wallMs() / 1000);
  const order = (challenge: string, notAfter = nowSeconds() + 60) => {
    const claims = { lockId: fromHex(joint.lockId), action: Action.unlock, grantId: fromHex(GRANT), notAfter };
    const document = signOrder(opensslSuite, key, { ...claims, challenge: fromHex(challenge) });
    return joint.run(downlink.order(joint.lockId, document));
  };
  const reported = async () => {
    await joint.clock.advanceAsync(10_000);
    assert(report?.challenge);
    return report.challenge.value;
  };
  const isDrawn = () => joint.lock.hardware.bolt.position() === "drawn";
  return { order, reported, nowSeconds, isDrawn };
}

test("an order over the challenge that the gateway reports opens, and its outcome names the next", async (t) => {
  const { order, reported, isDrawn } = await setUp(t);
  const first = await order(await reported());
  assert(isDrawn());
  assert(first.kind === "done" && first.challenge);
  const second = await order(toHex(first.challenge));
  assert.equal(second.kind, "done");
});

test("an order over a challenge that is spent is refused for that, and the refusal names the one to sign", async (t) => {
  const { order, reported } = await setUp(t);
  const challenge = await reported();
  assert.equal((await order(challenge)).kind, "done");
  const again = await order(challenge);
  assert(again.kind === "refused" && again.challenge);
  assert.equal(again.reason, Reason.staleChallenge);
  assert.equal(toHex(again.challenge), await reported());
  assert.equal((await order(toHex(again.challenge))).kind, "done");
});

test("an order that came too late, or is good for too long, is refused for that", async (t) => {
  const { order, reported, nowSeconds } = await setUp(t);
  const late = await order(await reported(), nowSeconds() - 60);
  assert(late.kind === "refused" && late.challenge);
  assert.equal(late.reason, Reason.expired);
  const early = await order(toHex(late.challenge), nowSeconds() + 3600);
  assert(early.kind === "refused" && early.challenge);
  assert.equal(early.reason, Reason.notYetValid);
  assert.equal((await order(toHex(early.challenge))).kind, "done");
});
