import assert from "node:assert/strict";
import { test } from "node:test";
import { FleetWorld } from "./testing/fleet-world.ts";

const LISTENS_MS = 20_000;
const GRANTS = 12;

/** What the issuer sends, as JSON has it. */
interface SentBundle {
  issuerId: string;
  grants: string[];
  rosters: { document: string; grants: object; mayRevoke?: number }[];
}

/** A lock in step that a phone opens; and a newer roster that is on its way, which takes that phone's grant away. */
async function withRosterOnItsWay(t: Parameters<typeof FleetWorld.start>[0], seed: number) {
  const world = await FleetWorld.start(t, { seed });
  await world.pair();
  await world.untilInStep();
  const phone = world.newPhone();
  const grantId = await world.grant(phone);
  const sent: SentBundle[] = [];
  world.backend.forge = (bundle) => {
    if (bundle) sent.push(bundle as SentBundle);
    return bundle;
  };
  await world.untilInStep();
  await world.grant(world.newPhone());
  await world.revoke(grantId);
  return { world, phone, grantId, earlier: sent[0]! };
}

/** With its last bit changed. */
function spoilt(document: string): string {
  const bytes = Buffer.from(document, "base64");
  bytes[bytes.length - 1]! ^= 1;
  return bytes.toString("base64");
}

const ofRoster = (bundle: SentBundle, change: Partial<SentBundle["rosters"][number]>) => ({
  ...bundle,
  rosters: bundle.rosters.map((roster) => ({ ...roster, ...change })),
});

test("whatever comes in the place of the issuer's documents is named, and the lock keeps what it has", async (t) => {
  const { world, phone, grantId, earlier } = await withRosterOnItsWay(t, 1);
  const { lockId } = world.door;
  const epoch = world.gateway.rosters.wantedEpoch(lockId);
  const forgeries: [string, (bundle: SentBundle) => object][] = [
    ["other-issuer", (bundle) => ({ ...bundle, issuerId: "0123456789abcdef" })],
    ["malformed", (bundle) => ({ ...bundle, more: 1 })],
    ["malformed", (bundle) => ({ ...bundle, grants: ["no base64"] })],
    ["bad-signature", (bundle) => ({ ...bundle, grants: bundle.grants.map(spoilt) })],
    ["grants-missing", ({ issuerId, rosters }) => ({ issuerId, rosters })],
    // From here on the grants of the roster are here, and the roster alone would do.
    ["malformed", (bundle) => ofRoster(bundle, { document: bundle.grants[0]! })],
    ["too-large", ({ issuerId }) => ({ issuerId, grants: [Buffer.alloc(641).toString("base64")] })],
    ["bad-signature", (bundle) => ofRoster(bundle, { document: spoilt(bundle.rosters[0]!.document) })],
    ["base-unknown", (bundle) => ofRoster(bundle, { grants: { since: epoch - 1, put: [], drop: [] } })],
    ["digest-mismatch", (bundle) => ofRoster(bundle, { grants: { all: [] } })],
  ];
  for (const [index, [code, forge]] of forgeries.entries()) {
    world.backend.results.length = 0;
    world.backend.forge = (bundle) => (bundle ? forge(bundle as SentBundle) : undefined);
    // The office says no more to who has refused its roster; it is as if it had not heard of that.
    world.backend.isDeaf = true;
    await world.clock.advanceAsync(LISTENS_MS);
    const codes = world.backend.results.flatMap((result) => ("code" in result ? [result.code] : []));
    assert(codes.includes(code as (typeof codes)[number]), `${index}: ${code}, not ${codes.join()}`);
    assert.equal(world.gateway.rosters.wantedEpoch(lockId), epoch, `${index}: ${code}`);
  }
  world.backend.forge = () => earlier;
  await world.clock.advanceAsync(LISTENS_MS);
  assert.equal((await world.unlockBy(phone, grantId)).kind, "done");

  world.backend.forge = undefined;
  await world.untilInStep();
  assert.equal((await world.unlockBy(phone, grantId)).kind, "refused");
});

/** A lock with many grants, all but one of which are to go. */
async function withSmallerWorld(t: Parameters<typeof FleetWorld.start>[0], seed: number) {
  const world = await FleetWorld.start(t, { seed });
  await world.pair();
  const phone = world.newPhone();
  await world.untilInStep();
  const grantIds: string[] = [];
  for (let n = 0; n < GRANTS; n++) grantIds.push(await world.grant(phone));
  await world.untilInStep();
  world.backend.isAway = true;
  for (const grantId of grantIds.slice(1)) await world.revoke(grantId);
  world.backend.isAway = false;
  await world.clock.advanceAsync(LISTENS_MS);
  const [first = "", second = ""] = grantIds;
  return { world, phone, first, second };
}

test("a backend that sends a smaller world is asked whether it means it, and the doors open until then", async (t) => {
  const { world, phone, first, second } = await withSmallerWorld(t, 2);
  const { lockId } = world.door;
  const { fleet, sync } = world.gateway.services;
  assert.equal(fleet?.held(lockId)?.revokes, GRANTS - 1);
  assert.equal(sync.status(lockId)?.reason, "held");
  assert(world.backend.results.some((result) => "code" in result && result.code === "revokes-too-many"));
  assert.equal((await world.unlockBy(phone, second)).kind, "done");

  assert.equal((await world.run(fleet.approveHeld(lockId)))?.outcome, "accepted");
  await world.untilInStep();
  assert.equal((await world.unlockBy(phone, second)).kind, "refused");
  assert.equal((await world.unlockBy(phone, first)).kind, "done");
});

test("a backend that says that it means it is not asked", async (t) => {
  const { world, phone, second } = await withSmallerWorld(t, 3);
  await world.run(world.office.confirmRevocation(world.door.lockId));
  await world.untilInStep();
  assert.equal((await world.unlockBy(phone, second)).kind, "refused");
});

test("a second backend with the issuer's key is refused as another issuer", async (t) => {
  const { world } = await withRosterOnItsWay(t, 4);
  const epoch = world.gateway.rosters.wantedEpoch(world.door.lockId);
  world.backend.forge = (bundle) => bundle && { ...bundle, issuerId: "ffffffffffffffff" };
  await world.clock.advanceAsync(LISTENS_MS);
  assert.equal(world.gateway.rosters.wantedEpoch(world.door.lockId), epoch);
  await world.run(world.gateway.services.fleet!.unpinIssuer());
  await world.clock.advanceAsync(600_000);
  assert.equal(world.gateway.services.fleet?.issuer().issuerId, "ffffffffffffffff");
});
