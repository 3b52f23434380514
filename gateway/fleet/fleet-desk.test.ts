import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../protocol/wire/bytes.ts";
import type { DocumentResult } from "./bundle.ts";
import { all, deskFixture, idOf, LOCK_A, LOCK_B, range } from "./testing/desk-fixture.ts";

const OF_B = { lockId: fromHex(LOCK_B) };

/** What a result says to programs. */
function word(result: DocumentResult | undefined): string {
  return result === undefined ? "none" : result.outcome + ("code" in result ? ` ${result.code}` : "");
}

test("a roster and its grants are wanted from then on, and its lock is seen to", async (t) => {
  const { take, grant, roster, wanted, changed, rosters } = await deskFixture(t);
  const grants = [grant(2), grant(1)];
  const results = await take({ grants, rosters: [{ document: roster(grants), grants: all([1, 2]) }] });
  assert.deepEqual(results, [
    { kind: "grant", id: idOf(2), outcome: "accepted" },
    { kind: "grant", id: idOf(1), outcome: "accepted" },
    { kind: "roster", id: `${LOCK_A}:1`, outcome: "accepted" },
  ]);
  assert.deepEqual(wanted(), { epoch: 1, ids: [1, 2] });
  assert.deepEqual(rosters.wanted(LOCK_A)?.grantDocuments, grants.toReversed());
  assert.deepEqual(changed, [LOCK_A]);
});

test("the same bundle again is a duplicate, and disturbs no lock", async (t) => {
  const { take, grantOnce, roster, changed, clock } = await deskFixture(t);
  const bundle = { grants: [grantOnce(1)], rosters: [{ document: roster([grantOnce(1)]), grants: all([1]) }] };
  await take(bundle);
  clock.advance(1_000);
  assert.deepEqual((await take(bundle)).map(word), ["duplicate", "duplicate"]);
  assert.equal(changed.length, 1);
});

test("a difference builds on what is wanted", async (t) => {
  const { take, takeAll, grantOnce, roster, wanted } = await deskFixture(t);
  await takeAll([1, 2, 3], { epoch: 4 });
  const document = roster([grantOnce(1), grantOnce(3), grantOnce(5)], { epoch: 5 });
  const named = { kind: "difference", since: 4, put: [idOf(5)], drop: [idOf(2)] } as const;
  assert.deepEqual((await take({ grants: [grantOnce(5)], rosters: [{ document, grants: named }] })).map(word), [
    "accepted",
    "accepted",
  ]);
  assert.deepEqual(wanted(), { epoch: 5, ids: [1, 3, 5] });
});

test("the first difference builds on nothing", async (t) => {
  const { take, grantOnce, roster, wanted } = await deskFixture(t);
  const named = { kind: "difference", since: 0, put: [idOf(1)], drop: [] } as const;
  await take({ grants: [grantOnce(1)], rosters: [{ document: roster([grantOnce(1)]), grants: named }] });
  assert.deepEqual(wanted(), { epoch: 1, ids: [1] });
});

test("a grant with the same id and other bytes takes the old one's place", async (t) => {
  const { takeAll, take, grant, roster, rosters } = await deskFixture(t);
  await takeAll([1], {});
  const longer = grant(1, { expires: 2_100_000_000 });
  await take({
    grants: [longer],
    rosters: [
      { document: roster([longer], { epoch: 2 }), grants: { kind: "difference", since: 1, put: [idOf(1)], drop: [] } },
    ],
  });
  assert.deepEqual(rosters.wanted(LOCK_A)?.grantDocuments, [longer]);
});

test("grants that come in one bundle serve rosters that come in the next, also after a restart", async (t) => {
  const { take, grantOnce, roster, open, wanted } = await deskFixture(t);
  await take({ grants: [grantOnce(1)] });
  const { desk } = await open();
  await take({ rosters: [{ document: roster([grantOnce(1)]), grants: all([1]) }] }, desk);
  assert.deepEqual(wanted(), { epoch: 1, ids: [1] });
});

test("each document that can not be taken is named with its reason, is counted, and changes nothing", async (t) => {
  const fixture = await deskFixture(t);
  const { take, takeAll, grant, grantOnce, roster, newKey, wanted, changed, judged } = fixture;
  await takeAll([1, 2], { epoch: 7 });
  await fixture.report(9, LOCK_B);
  const before = wanted();
  changed.length = 0;
  const flipped = roster([grantOnce(1)], { epoch: 8 });
  flipped[flipped.length - 1]! ^= 1;
  const stranger = newKey();
  const other = grant(9, { expires: 2_100_000_000 });
  const cases: [string, Parameters<typeof take>[0]][] = [
    ["malformed", { rosters: [{ document: Uint8Array.of(1, 2, 3), grants: all([]) }] }],
    ["malformed", { grants: [roster([])] }],
    ["malformed", { timeTokens: [grant(1)] }],
    ["too-large", { rosters: [{ document: new Uint8Array(991), grants: all([]) }] }],
    ["too-large", { grants: [new Uint8Array(641)] }],
    ["unknown-issuer-key", { rosters: [{ document: roster([], { epoch: 8, signedBy: stranger }), grants: all([]) }] }],
    ["unknown-issuer-key", { grants: [grant(3, { signedBy: stranger })] }],
    ["bad-signature", { rosters: [{ document: flipped, grants: all([1]) }] }],
    ["unknown-lock", { rosters: [{ document: roster([], { lockId: fromHex("cccccccccccccccc") }), grants: all([]) }] }],
    ["other-generation", { rosters: [{ document: roster([], { epoch: 8, generation: 1 }), grants: all([]) }] }],
    ["epoch-not-newer", { rosters: [{ document: roster([], { epoch: 6 }), grants: all([]) }] }],
    ["epoch-not-newer", { rosters: [{ document: roster([], { ...OF_B, epoch: 8 }), grants: all([]) }] }],
    ["epoch-not-newer", { rosters: [{ document: roster([], { ...OF_B, epoch: 0 }), grants: all([]) }] }],
    ["conflicting-roster", { rosters: [{ document: roster([], { epoch: 7 }), grants: all([]) }] }],
    ["conflicting-roster", { rosters: [{ document: roster([], { ...OF_B, epoch: 9 }), grants: all([]) }] }],
    [
      "base-unknown",
      {
        rosters: [{ document: roster([], { epoch: 8 }), grants: { kind: "difference", since: 6, put: [], drop: [] } }],
      },
    ],
    ["grants-missing", { rosters: [{ document: roster([other], { epoch: 8 }), grants: all([9]) }] }],
    ["digest-mismatch", { rosters: [{ document: roster([other], { epoch: 8 }), grants: all([1]) }] }],
    ["digest-mismatch", { rosters: [{ document: roster([grantOnce(1)], { epoch: 8, count: 2 }), grants: all([1]) }] }],
    ["stale-challenge", { timeTokens: [fixture.timeToken(new Uint8Array(8))] }],
    ["unknown-lock", { timeTokens: [fixture.timeToken(new Uint8Array(8), "cccccccccccccccc")] }],
  ];
  for (const [index, [code, bundle]] of cases.entries()) {
    judged.length = 0;
    assert.deepEqual((await take(bundle)).map(word), [`refused ${code}`], `case ${index}`);
    assert.deepEqual(judged.map(word), [`refused ${code}`]);
    assert.deepEqual(wanted(), before);
  }
  assert.deepEqual(changed, []);
});

test("grants that are missing are named", async (t) => {
  const { take, grantOnce, roster } = await deskFixture(t);
  const document = roster([grantOnce(1), grantOnce(2), grantOnce(3)]);
  const [, result] = await take({ grants: [grantOnce(2)], rosters: [{ document, grants: all([1, 2, 3]) }] });
  assert.deepEqual(result, {
    kind: "roster",
    id: `${LOCK_A}:1`,
    outcome: "refused",
    code: "grants-missing",
    sentence: "2 of its grants have not come here.",
    missing: [idOf(1), idOf(3)],
  });
});

test("more grants with a PIN than a lock can check are refused at the door", async (t) => {
  const { take, grant, roster } = await deskFixture(t);
  const credentials = [{ kind: "pin", verifier: new Uint8Array(8) }] as const;
  const grants = range(1, 101).map((n) => grant(n, { credentials }));
  const results = await take({ grants, rosters: [{ document: roster(grants), grants: all(range(1, 101)) }] });
  assert.equal(word(results.at(-1)), "refused table-full");
});

test("a shelf that is full takes no more until what lies there has lain for a day", async (t) => {
  const { take, grant, database, clock } = await deskFixture(t);
  await database.write(() =>
    database.run(
      `INSERT INTO shelved_grant (grant_id, document, at_ms)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT printf('%016x', 1000 + i), x'00', ? FROM n`,
      clock.wallMs(),
    ),
  );
  assert.deepEqual((await take({ grants: [grant(1)] })).map(word), ["refused shelf-full"]);
  clock.advance(86_400_001);
  assert.deepEqual((await take({ grants: [grant(1)] })).map(word), ["accepted"]);
});

test("a lock that was reset gets its first roster of the new generation, whatever epoch it had before", async (t) => {
  const { takeAll, pair, report, clock, locks, wanted } = await deskFixture(t);
  await takeAll([1, 2], { epoch: 40 });
  await report(40);
  clock.advance(1_000);
  await pair(LOCK_A, 1);
  await locks.put({ ...locks.get(LOCK_A)!, pairedAtMs: clock.wallMs() });
  assert.equal(word(await takeAll([1], { epoch: 1, generation: 1 })), "accepted");
  assert.deepEqual(wanted(), { epoch: 1, ids: [1] });
});

test("refusals are told to the log once a minute, with how many there were besides", async (t) => {
  const { take, logged, clock } = await deskFixture(t);
  for (let n = 0; n < 10; n++) await take({ grants: [Uint8Array.of(n)] });
  assert.deepEqual(logged, ["A grant of the issuer was refused: It is no grant."]);
  clock.advance(60_000);
  await take({ grants: [Uint8Array.of(11)] });
  assert.equal(logged.length, 2);
});

test("why a lock's last roster was not taken is known until one is", async (t) => {
  const { take, takeAll, roster, desk, notTaken } = await deskFixture(t);
  await take({ rosters: [{ document: roster([], { generation: 3 }), grants: all([]) }] });
  assert.equal(desk.refused(LOCK_A)?.code, "other-generation");
  assert.deepEqual(notTaken, [LOCK_A]);
  await takeAll([1], {});
  assert.equal(desk.refused(LOCK_A), undefined);
});

test("a token for the challenge that a lock has drawn is given out once", async (t) => {
  const { take, timeToken, timeTokens, desk, changed } = await deskFixture(t);
  const challenge = new Uint8Array(8).fill(5);
  assert.equal(await timeTokens.tokenFor(LOCK_A, challenge), undefined);
  assert.deepEqual(desk.timeWish(LOCK_A)?.challenge, challenge);
  const token = timeToken(challenge);
  assert.deepEqual((await take({ timeTokens: [token] })).map(word), ["accepted"]);
  assert.deepEqual(changed, [LOCK_A]);
  assert.deepEqual(await timeTokens.tokenFor(LOCK_A, challenge), token);
  assert.equal(desk.timeWish(LOCK_A), undefined);
  assert.equal(await timeTokens.tokenFor(LOCK_A, challenge), undefined);
});

test("a token that has lain for two minutes is not given out: its time is late, and no lock takes it", async (t) => {
  const { take, timeToken, timeTokens, clock } = await deskFixture(t);
  const challenge = new Uint8Array(8).fill(5);
  await timeTokens.tokenFor(LOCK_A, challenge);
  await take({ timeTokens: [timeToken(challenge)] });
  clock.advance(120_000);
  assert.equal(await timeTokens.tokenFor(LOCK_A, challenge), undefined);
});
