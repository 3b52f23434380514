import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { parseGrant } from "../../protocol/documents/grant.ts";
import { rosterDigest, verifyRoster } from "../../protocol/documents/roster.ts";
import { verifyTimeToken } from "../../protocol/documents/time-token.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Bundle } from "../fleet/bundle.ts";
import { bundleJson } from "../fleet/bundle-json.ts";
import { readBundle } from "../fleet/read-bundle.ts";
import { Database } from "../store/database.ts";
import { LockReportStore } from "../store/lock-report-store.ts";
import { LockStore } from "../store/lock-store.ts";
import { readMessage } from "./heard-report.ts";
import { IssuerOffice } from "./issuer-office.ts";
import { ReportBook } from "./report-book.ts";
import { GATEWAY, LOCK_A, LOCK_B, message, officeFixture, rosterResult } from "./testing/office-fixture.ts";

type Fixture = Awaited<ReturnType<typeof officeFixture>>;

/** The one roster in the one bundle, verified as a gateway would; with the ids of the grants that came along. */
function onlyRoster({ office, suite }: Fixture, bundles: readonly Bundle[]) {
  assert.equal(bundles.length, 1);
  const [bundle] = bundles;
  assert.ok(bundle?.rosters?.length === 1 && bundle.rosters[0]);
  assert.equal(bundle.issuerId, office.issuerId);
  const { document, grants, mayRevoke } = bundle.rosters[0];
  const roster = verifyRoster(suite, document, office.publicKey);
  assert.ok(roster.ok);
  return { claims: roster.value.claims, grants, mayRevoke, sent: bundle.grants?.map((grant) => idOf(suite, grant)) };
}

function idOf(suite: Fixture["suite"], document: Uint8Array): string {
  const grant = parseGrant(suite, document);
  assert.ok(grant.ok);
  return toHex(grant.value.claims.id);
}

test("a lock gets nothing before it was taken in, and then its whole roster with every grant", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report, grant, suite } = fixture;
  const heard = await office.hear(message([report(LOCK_A, 0)]));
  assert.deepEqual([heard.bundles, heard.strangers.map(({ lockId }) => lockId)], [[], [LOCK_A]]);
  await office.admit(report(LOCK_A, 0));
  const { id, document } = await grant();
  const { bundles, strangers } = await office.hear(message([report(LOCK_A, 0)]));
  assert.deepEqual(strangers, []);
  const { claims, grants, sent } = onlyRoster(fixture, bundles);
  assert.deepEqual(grants, { kind: "all", all: [id] });
  assert.deepEqual(sent, [id]);
  assert.deepEqual(claims.digest, rosterDigest(suite, [document]));
  assert.equal(claims.epoch, 2);
});

test("a gateway that has an earlier roster gets the difference, and one that is in step nothing", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report, grant } = fixture;
  await office.admit(report(LOCK_A, 0));
  const first = await grant();
  const second = await grant();
  assert.equal(office.epoch(LOCK_A), 3);
  const third = await grant();
  await office.rights.grants.revoke(first.id);
  const { bundles } = await office.hear(message([report(LOCK_A, 3)]));
  const { grants, sent } = onlyRoster(fixture, bundles);
  assert.deepEqual(grants, { kind: "difference", since: 3, put: [third.id], drop: [first.id] });
  assert.deepEqual(sent, [third.id]);
  assert.deepEqual((await office.hear(message([report(LOCK_A, 5)]))).bundles, []);
  assert.deepEqual(office.bundlesFor(GATEWAY), []);
  assert.ok(office.rights.grants.get(second.id));
});

test("what a gateway answers decides what it is sent next", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report, grant } = fixture;
  await office.admit(report(LOCK_A, 0));
  const ids = [(await grant()).id, (await grant()).id].sort();
  await office.hear(message([report(LOCK_A, 2)]));
  const after = async (outcome: string, more: object = {}) =>
    (await office.hear(message([], [rosterResult(LOCK_A, 3, outcome, more)]))).bundles;
  assert.deepEqual(onlyRoster(fixture, await after("refused", { code: "base-unknown" })).sent, ids);
  const missing = ids.slice(0, 1);
  const again = onlyRoster(fixture, await after("refused", { code: "grants-missing", missing }));
  assert.deepEqual([again.grants, again.sent], [{ kind: "all", all: ids }, missing]);
  assert.deepEqual(await after("refused", { code: "unknown-issuer-key" }), []);
  assert.equal(onlyRoster(fixture, (await office.hear(message([report(LOCK_A, 2)]))).bundles).claims.epoch, 3);
  assert.deepEqual(await after("accepted"), []);
});

test("a gateway with another roster of the same epoch, or a newer one, gets one that is newer still", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report } = fixture;
  await office.admit(report(LOCK_A, 0));
  const conflict = rosterResult(LOCK_A, 1, "refused", { code: "conflicting-roster" });
  assert.equal(onlyRoster(fixture, (await office.hear(message([], [conflict]))).bundles).claims.epoch, 2);
  const ahead = report(LOCK_A, 7, { reported: { epoch: 9 } });
  assert.equal(onlyRoster(fixture, (await office.hear(message([ahead]))).bundles).claims.epoch, 10);
});

test("a result of a roster that was never sent changes nothing", async (t) => {
  const { office, report } = await officeFixture(t);
  await office.admit(report(LOCK_A, 0));
  for (const [outcome, more] of [
    ["accepted", {}],
    ["refused", { code: "conflicting-roster" }],
  ] as const) {
    // A stranger may have sent the gateway one with any epoch; its result comes up with the others.
    for (const epoch of [7, 2 ** 32 - 1]) {
      const { bundles } = await office.hear(message([], [rosterResult(LOCK_A, epoch, outcome, more)]));
      assert.deepEqual([bundles.length, office.epoch(LOCK_A)], [1, 1]);
    }
  }
});

test("a roster that is held goes again when people have said that it is meant", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report, grant } = fixture;
  await office.admit(report(LOCK_A, 0));
  const { id } = await grant();
  await office.hear(message([report(LOCK_A, 2)]));
  await office.rights.grants.revoke(id);
  const held = message([report(LOCK_A, 2)], [rosterResult(LOCK_A, 3, "held", { code: "revokes-too-many" })]);
  assert.deepEqual((await office.hear(held)).bundles, []);
  assert.equal(await office.confirmRevocation(LOCK_A), 1);
  assert.equal(await office.confirmRevocation(LOCK_B), undefined);
  assert.equal(onlyRoster(fixture, office.bundlesFor(GATEWAY)).mayRevoke, 1);
});

test("a token is signed over the challenge for which one is wanted, and for no stranger", async (t) => {
  const { office, report, suite, clock } = await officeFixture(t);
  await office.admit(report(LOCK_A, 0));
  const more = { challenge: { slot: 0, value: "1122334455667788" }, timeWanted: true };
  const { bundles } = await office.hear(message([report(LOCK_A, 1, more), report(LOCK_B, 0, more)]));
  assert.deepEqual(
    bundles.map(({ timeTokens, rosters }) => [timeTokens?.length, rosters?.length]),
    [[1, 0]],
  );
  const token = verifyTimeToken(suite, bundles[0]?.timeTokens?.[0] ?? new Uint8Array(), office.publicKey);
  assert.ok(token.ok);
  const { challenge, time } = token.value;
  assert.deepEqual([toHex(challenge), time], ["1122334455667788", Math.floor(clock.wallMs() / 1000)]);
});

test("another key, another box or another generation makes a stranger of a known lock", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report, newPoint } = fixture;
  await office.admit(report(LOCK_A, 0));
  for (const more of [{ sigPk: newPoint() }, { boxPk: newPoint() }, { generation: 1 }]) {
    const { bundles, strangers } = await office.hear(message([report(LOCK_A, 0, more)]));
    assert.deepEqual([bundles.length, strangers.length], [1, 1], JSON.stringify(more));
  }
  await office.admit(report(LOCK_A, 0, { generation: 1 }));
  const { bundles } = await office.hear(message([report(LOCK_A, 0, { generation: 1 })]));
  assert.equal(onlyRoster(fixture, bundles).claims.generation, 1);
});

test("a lock that was being taken in after a reset when the power went gets its roster at its next report", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report, world } = fixture;
  await office.admit(report(LOCK_A, 0));
  await office.close();
  // As far as `admit` had come: the lock and its report were noted, and no roster was made yet.
  const database = Database.open(join(world.directory, "portvakt.db"));
  const locks = new LockStore(database);
  const book = new ReportBook(database, new LockReportStore(database));
  const reset = report(LOCK_A, 0, { generation: 1 });
  await locks.put({ ...locks.get(LOCK_A)!, generation: 1 });
  await book.note(GATEWAY, readMessage(world.suite, reset).reports, []);
  database.close();
  const again = await IssuerOffice.open(world);
  t.after(() => again.close());
  const { bundles } = await again.hear(message([reset]));
  assert.equal(onlyRoster({ ...fixture, office: again }, bundles).claims.generation, 1);
});

test("a known lock is a stranger from another gateway, and with an epoch that nobody here can have given", async (t) => {
  const { office, report } = await officeFixture(t);
  await office.admit(report(LOCK_A, 0));
  const others = [
    { gatewayId: "00000000000000bb", reports: [report(LOCK_A, 0, { gatewayId: "00000000000000bb" })] },
    message([report(LOCK_A, 20_000)]),
    message([report(LOCK_A, 0, { reported: { epoch: 20_000 } })]),
  ];
  for (const other of others) assert.equal((await office.hear(other)).strangers.length, 1);
  assert.equal(office.epoch(LOCK_A), 1);
  await office.admit(message([report(LOCK_A, 20_000)]));
  assert.equal(office.epoch(LOCK_A), 20_001);
});

test("a gateway leads the issuer on to a newer epoch once a day at most, so that no lie uses all of them up", async (t) => {
  const { office, report, clock } = await officeFixture(t);
  await office.admit(report(LOCK_A, 0));
  const lead = async (epoch: number) => {
    const { strangers } = await office.hear(message([report(LOCK_A, 0, { reported: { epoch } })]));
    return [strangers.length, office.epoch(LOCK_A)];
  };
  assert.deepEqual(await lead(9), [0, 10]);
  assert.deepEqual(await lead(9), [0, 10]);
  assert.deepEqual(await lead(500), [1, 10]);
  clock.advance(86_400_000);
  assert.deepEqual(await lead(500), [0, 501]);
});

test("the issuer is the same after it was opened again, and knows what gateways said", async (t) => {
  const fixture = await officeFixture(t);
  const { office, world, report } = fixture;
  await office.admit(report(LOCK_A, 0));
  const { issuerId, publicKey } = office;
  await office.close();
  const again = await IssuerOffice.open(world);
  t.after(() => again.close());
  assert.deepEqual([again.issuerId, again.publicKey], [issuerId, publicKey]);
  assert.equal(again.bundlesFor(GATEWAY).length, 1);
});

test("bundles keep to their limit, each grant is in one of them, and a gateway reads them all", async (t) => {
  const fixture = await officeFixture(t);
  const { office, report, grant } = fixture;
  await office.admit(message([report(LOCK_A, 0), report(LOCK_B, 0)]));
  const ids = new Set<string>();
  for (let made = 0; made < 24; made++) ids.add((await grant({ locks: [LOCK_A, LOCK_B] })).id);
  for (const bytesMax of [4_000, 6_000, 9_000, 100_000]) {
    const bundles = office.bundlesFor(GATEWAY, { bytesMax });
    const texts = bundles.map((bundle) => JSON.stringify(bundleJson(bundle)));
    for (const [index, text] of texts.entries()) {
      assert.ok(text.length <= bytesMax, `${text.length} above ${bytesMax}`);
      assert.deepEqual(readBundle(JSON.parse(text)), { ok: true, bundle: withoutEmpty(bundles[index]) });
    }
    const sent = bundles.flatMap(({ grants = [] }) => grants.map((document) => idOf(fixture.suite, document)));
    assert.deepEqual(new Set(sent), ids);
    const last = bundles.findIndex(({ rosters = [] }) => rosters.length > 0);
    const before = bundles.slice(0, last + 1).flatMap(({ grants = [] }) => grants);
    assert.equal(before.length, ids.size, "a roster came before its grants");
    assert.equal(bundles.flatMap(({ rosters = [] }) => rosters).length, 2);
  }
  assert.equal(office.bundlesFor(GATEWAY).length, 1);
});

function withoutEmpty(bundle: Bundle | undefined) {
  return Object.fromEntries(Object.entries(bundle ?? {}).filter(([, value]) => value.length > 0));
}

test("a lock may call itself what it likes, and holds up no other by it, nor writes on anybody's terminal", async (t) => {
  const { office, report } = await officeFixture(t);
  const [named, nameless] = await office.admit(
    message([report(LOCK_A, 0, { model: "Real\u001b[2K" }), report(LOCK_B, 0, { model: "" })]),
  );
  assert.deepEqual([named?.model, nameless?.model], ["Real?[2K", ""]);
});

test("a report that is malformed changes nothing and is named", async (t) => {
  const { office, report, publicKey } = await officeFixture(t);
  const broken: [object, RegExp][] = [
    [{ lockId: "AA" }, /lockId is not 16 lower-case/],
    [{ sigPk: publicKey.replace(/^../, "05") }, /sigPk is no compressed point/],
    [{ wanted: { epoch: 2 ** 31 + 1 } }, /wanted.epoch is above/],
    [{ wanted: undefined }, /wanted is no object/],
    [{ gatewayId: "0000000000000001" }, /is another gateway's/],
    [{ challenge: { slot: 0, value: "11" } }, /challenge.value is not 16/],
  ];
  for (const [more, sentence] of broken) {
    const name = { name: "MalformedJson", message: sentence };
    await assert.rejects(office.admit(message([report(LOCK_A, 0, more)])), name, JSON.stringify(more));
  }
  const twice = message([report(LOCK_A, 0), report(LOCK_A, 1)]);
  await assert.rejects(office.hear(twice), { message: "reports has two of one lock" });
  assert.deepEqual(office.locks.list(), []);
});
