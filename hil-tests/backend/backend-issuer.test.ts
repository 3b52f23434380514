import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { DEFAULT_SITE } from "../../gateway/config.ts";
import type { Bundle } from "../../gateway/fleet/bundle.ts";
import type { LockReport } from "../../gateway/fleet/lock-report.ts";
import type { Log } from "../../gateway/log.ts";
import { verifyOrder } from "../../protocol/documents/order.ts";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { BackendIssuer } from "./backend-issuer.ts";
import { EventStore } from "./event-store.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const LOCK = "00112233445566aa";
const GATEWAY = "6761746577617931";
const CHALLENGE = "a1a2a3a4a5a6a7a8";

/** An issuer, and a lock that is registered at its backend. */
async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-backend-issuer-"));
  const random = new SeededRandom(1);
  const events = new EventStore(opensslSuite, join(folder, "events.jsonl"));
  const machine = { suite: opensslSuite, clock: new VirtualClock(), random, log: silent, site: DEFAULT_SITE };
  const issuer = await BackendIssuer.open({ ...machine, directory: join(folder, "issuer"), registered: events });
  t.after(async () => {
    await issuer.close();
    events.close();
    rmSync(folder, { recursive: true });
  });
  const newPoint = () => opensslSuite.p256PublicKey(opensslSuite.p256PrivateKey((length) => random.bytes(length)));
  const sigPk = newPoint();
  events.register(LOCK, sigPk);
  const report: LockReport = {
    gatewayId: GATEWAY,
    lockId: LOCK,
    generation: 0,
    model: "M",
    hardware: 1,
    firmware: 1,
    sigPk: toHex(sigPk),
    boxPk: toHex(newPoint()),
    state: "waiting",
    reason: "no-roster",
    sentence: "",
    wanted: { epoch: 0 },
    challenge: { slot: 0, value: CHALLENGE, at: "2027-01-07T00:00:00.000Z" },
  };
  const hear = (changes: Partial<LockReport> = {}) => issuer.hear({ ...report, ...changes });
  return { issuer, hear, newPoint };
}

test("a lock that whoever paired it has registered gets its roster; one that a gateway may have invented gets nothing", async (t) => {
  const { hear, newPoint } = await setUp(t);
  assert.deepEqual(await hear({ sigPk: toHex(newPoint()) }), []);
  assert.deepEqual(await hear({ lockId: "00112233445566bb" }), []);
  const [bundle, ...others] = await hear();
  assert.deepEqual(others, []);
  const roster = parseRoster(opensslSuite, bundle!.rosters![0]!.document);
  assert(roster.ok);
  assert.deepEqual([toHex(roster.value.claims.lockId), roster.value.claims.epoch], [LOCK, 1]);
});

test("a lock that was reset is taken in again; not so one that has another key for secrets all of a sudden", async (t) => {
  const { hear, newPoint } = await setUp(t);
  /** Of the rosters that the gateway then gets. */
  const generations = (bundles: readonly Bundle[]) =>
    bundles.flatMap(({ rosters = [] }) =>
      rosters.map(({ document }) => {
        const roster = parseRoster(opensslSuite, document);
        assert(roster.ok);
        return roster.value.claims.generation;
      }),
    );
  assert.deepEqual(generations(await hear()), [0]);
  assert.deepEqual(generations(await hear({ boxPk: toHex(newPoint()), generation: 1 })), [0]);
  assert.deepEqual(generations(await hear({ generation: 1 })), [1]);
});

test("a message that can not be read leads to nothing", async (t) => {
  const { issuer, hear } = await setUp(t);
  await assert.rejects(hear({ sigPk: "02" }), { name: "MalformedJson" });
  assert.deepEqual(await issuer.hearFromBroker({ gatewayId: GATEWAY, reports: [{}] }), []);
  assert.equal(issuer.report(LOCK), undefined);
});

test("a gateway that has all of it gets nothing more, and one that is behind gets the difference", async (t) => {
  const { issuer, hear } = await setUp(t);
  await hear();
  assert.deepEqual(await hear({ wanted: { epoch: 1 } }), []);
  const id = await issuer.grantByKey({ locks: [LOCK], rights: ["unlock", "essential"] });
  const [bundle] = issuer.needs(GATEWAY);
  assert.deepEqual(bundle?.rosters?.[0]?.grants, { kind: "difference", since: 1, put: [id], drop: [] });
  assert.equal(bundle?.grants?.length, 1);
  assert.deepEqual(await hear({ wanted: { epoch: 2 } }), []);
});

test("the time is signed over the challenge of a lock that wants it", async (t) => {
  const { hear } = await setUp(t);
  await hear();
  const [bundle] = await hear({ wanted: { epoch: 1 }, timeWanted: true });
  assert.equal(bundle?.timeTokens?.length, 1);
});

test("a person's order is signed with the key that the grant names, over the challenge given", async (t) => {
  const { issuer, hear } = await setUp(t);
  await hear();
  const id = await issuer.grantByKey({ locks: [LOCK], rights: ["unlock", "essential"] });
  const { claims } = issuer.office.rights.grants.get(id)!;
  const order = verifyOrder(opensslSuite, issuer.unlockOrder(id, LOCK, CHALLENGE)!, claims.bearerKey!);
  assert(order.ok);
  assert.deepEqual([toHex(order.value.lockId), toHex(order.value.challenge)], [LOCK, CHALLENGE]);
  assert.equal(issuer.unlockOrder("0".repeat(16), LOCK, CHALLENGE), undefined);
});
