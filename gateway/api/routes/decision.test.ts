import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoster } from "../../../protocol/documents/roster.ts";
import { encodeRecord, RecordType } from "../../../protocol/log/record.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import { LOCK_A, LOCK_B } from "../../testing/grants-fixture.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const DECISION = `/v1/locks/${LOCK_A}/decision`;
const UNTIL = "2027-06-30T18:00:00+02:00";
const TAG = { kind: "tag", uid: "04010203040506" };

const EVENINGS = {
  name: "Home care",
  locks: [LOCK_A],
  until: UNTIL,
  schedule: [{ days: ["mon", "fri"], from: "17:00", to: "22:00" }],
  with: [TAG, { kind: "pin" }],
  require: 2,
  rights: ["unlock"],
};

type Fixture = Awaited<ReturnType<typeof apiFixture>>;

async function give({ ask }: Fixture, more: object = {}): Promise<string> {
  const { status, body } = await ask("POST", "/v1/grants", { ...EVENINGS, ...more });
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

async function decision({ ask }: Fixture, query: string) {
  const { status, body } = await ask("GET", `${DECISION}?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

test("an answer says yes or no, by which rule, when it changes, and by which roster", async (t) => {
  const fixture = await apiFixture(t);
  const id = await give(fixture);
  const { subject, ...answer } = await decision(fixture, `grant=${id}&at=2027-03-05T18:00:00+01:00&with=tag,pin`);
  const end = {
    at: "2027-03-05T21:00:00.000Z",
    allowed: false,
    reason: 12,
    reasonName: "outside hours",
    rule: "windows",
  };
  assert.match(subject, /^[0-9a-f]{16}$/);
  assert.deepEqual(answer, {
    lockId: LOCK_A,
    grantId: id,
    name: "Home care",
    at: "2027-03-05T17:00:00.000Z",
    localTime: "Fri 2027-03-05 18:00 local time",
    action: "unlock",
    via: "door",
    with: ["tag", "pin"],
    allowed: true,
    reason: 0,
    reasonName: "done",
    rule: "windows",
    window: EVENINGS.schedule[0],
    sentence: "Yes, until Fri 2027-03-05 22:00 local time.",
    next: end,
    turn: end,
    lookedUntil: "2028-03-05T17:00:00.000Z",
    roster: { epoch: 1, isInForce: false },
    assumed: { timeUncertain: false, privacy: false },
  });
});

test("each no has a sentence of its own, and says when it becomes a yes", async (t) => {
  const fixture = await apiFixture(t);
  const { publicKey } = fixture;
  const evenings = await give(fixture);
  const key = await give(fixture, {
    with: [{ kind: "key", publicKey }],
    require: 1,
    schedule: undefined,
    from: "2027-02-01T00:00:00+01:00",
    uses: 1,
  });
  await fixture.ask("PUT", "/v1/holidays", { dates: ["2027-03-26"] });
  const cases: [string, string][] = [
    [`grant=${evenings}`, "No: it is outside its hours. Yes from Fri 2027-01-08 17:00 local time on."],
    [
      `grant=${evenings}&at=2027-03-05T18:00&with=tag`,
      "No: it asks for 2 kinds of credential, and only a tag is shown. That stays so until Sun 2028-03-05 18:00 local time at least.",
    ],
    [
      `grant=${evenings}&at=2027-03-26T18:00`,
      "No: it is a holiday there, and its hours are for other days. Yes from Mon 2027-03-29 17:00 local time on.",
    ],
    [
      `grant=${evenings}&at=2027-03-05T18:00&privacy=true`,
      "No: somebody inside wants to be left alone. That stays so until Sun 2028-03-05 18:00 local time at least.",
    ],
    [
      `grant=${key}&action=hold`,
      "No: it gives no right to hold the door open. That stays so until Sat 2028-01-08 01:00 local time at least.",
    ],
    [
      `grant=${evenings}&via=order`,
      "No: it has no key, and an order needs one. That stays so until Sat 2028-01-08 01:00 local time at least.",
    ],
    [
      `grant=${evenings}&clock=uncertain`,
      "No: the lock does not know the time, and this grant holds at certain times. That stays so until Sat 2028-01-08 01:00 local time at least.",
    ],
    [`grant=${key}`, "No: it begins Mon 2027-02-01 00:00 local time. Yes from Mon 2027-02-01 00:00 local time on."],
    [
      `grant=${key}&at=2027-07-01T12:00`,
      "No: it ended Wed 2027-06-30 18:00 local time. That stays so until Sat 2028-07-01 12:00 local time at least.",
    ],
    [
      `grant=${key}&at=2027-03-05T18:00&used=1`,
      "No: it has been used 1 time there, as often as it may. That stays so until Sun 2028-03-05 18:00 local time at least.",
    ],
    [
      `grant=${key}&at=2027-03-05T18:00&via=door`,
      "No: nothing is shown by which the lock could know its bearer. That stays so until Sun 2028-03-05 18:00 local time at least.",
    ],
  ];
  for (const [query, sentence] of cases) assert.equal((await decision(fixture, query)).sentence, sentence, query);
});

test("a grant that was taken back is refused, whether its bearer brings it along or not", async (t) => {
  const fixture = await apiFixture(t);
  const { publicKey, ask } = fixture;
  const tag = await give(fixture);
  const key = await give(fixture, { with: [{ kind: "key", publicKey }], require: 1 });
  const elsewhere = await give(fixture, { with: [{ kind: "key", publicKey }], require: 1, locks: [LOCK_B] });
  for (const id of [tag, key]) await ask("DELETE", `/v1/grants/${id}`);
  const short = async (id: string) => {
    const { reason, rule, via } = await decision(fixture, `grant=${id}`);
    return { reason, rule, via };
  };
  assert.deepEqual(await short(tag), { reason: 8, rule: "roster", via: "door" });
  assert.deepEqual(await short(key), { reason: 9, rule: "roster", via: "carried" });
  assert.deepEqual(await short(elsewhere), { reason: 6, rule: "aud", via: "carried" });
  assert.equal((await decision(fixture, `grant=${key}&via=order`)).reason, 8);
});

test("it says whether the lock has the roster that is judged by, and takes its word on its clock for now", async (t) => {
  const fixture = await apiFixture(t);
  const { locks, rosters, suite } = fixture;
  const id = await give(fixture);
  const roster = parseRoster(suite, rosters.document(LOCK_A)!);
  assert(roster.ok);
  const { epoch, digest: rosterDigest } = roster.value.claims;
  const reported = {
    epoch,
    rosterDigest,
    time: 0,
    flags: 32,
    seq: 1,
    batteryMillivolt: 4100,
    temperatureC: 5,
    atMs: 0,
  };
  await locks.setReported(LOCK_A, reported);
  const now = await decision(fixture, `grant=${id}`);
  assert.deepEqual(now.roster, { epoch, isInForce: true, lockEpoch: epoch });
  assert.equal(now.rule, "clock");
  assert.equal((await decision(fixture, `grant=${id}&at=2027-03-05T18:00`)).rule, "windows");
  await locks.setReported(LOCK_A, { ...reported, rosterDigest: new Uint8Array(32) });
  assert.equal((await decision(fixture, `grant=${id}`)).roster.isInForce, false);
});

test("uses are counted as the lock's log tells of them", async (t) => {
  const fixture = await apiFixture(t);
  const id = await give(fixture, { uses: 2, schedule: undefined });
  const intent = (seq: number, grantId: string) => ({
    lockId: LOCK_A,
    generation: 0,
    seq,
    kind: "record" as const,
    payload: encodeRecord({
      seq,
      time: 1,
      type: RecordType.intent,
      slot: 0,
      result: 1,
      flags: 0,
      n: 0,
      ref: new Uint8Array(8),
      aux: fromHex(grantId),
      h: new Uint8Array(16),
    }),
    receivedAtMs: 0,
  });
  await fixture.events.append([intent(1, id), intent(2, `${"00".repeat(7)}aa`)]);
  assert.deepEqual((await decision(fixture, `grant=${id}`)).assumed, { timeUncertain: false, privacy: false, used: 1 });
  await fixture.events.append([intent(3, id)]);
  assert.equal((await decision(fixture, `grant=${id}`)).rule, "uses");
});

test("without a grant it is a page of who can open the door then", async (t) => {
  const fixture = await apiFixture(t);
  const ids = [await give(fixture), await give(fixture, { with: [TAG], require: 1, schedule: undefined })];
  await give(fixture, { locks: [LOCK_B], with: [TAG], require: 1 });
  const who = async (query: string) => {
    const { status, body, headers } = await fixture.ask("GET", `${DECISION}?${query}`);
    assert.equal(status, 200);
    const answers = body.items.map(({ grantId, allowed }: { grantId: string; allowed: boolean }) => [grantId, allowed]);
    return { answers, next: body.next, link: headers.link };
  };
  const operator = "6f70657261746f72";
  const all = await who("at=2027-03-04T18:00");
  const expected = [
    [ids[0], false],
    [ids[1], true],
    [operator, true],
  ].toSorted();
  assert.deepEqual(all, { answers: expected, next: undefined, link: undefined });
  const first = await who("at=2027-03-04T18:00&limit=2");
  assert.match(String(first.link), /at=2027-03-04T18%3A00&limit=2&after=.*rel="next"/);
  const rest = await who(`at=2027-03-04T18:00&after=${first.next}`);
  assert.deepEqual([...first.answers, ...rest.answers], expected);
});

test("a question that can not be answered is refused with its reason", async (t) => {
  const { ask } = await apiFixture(t);
  const refusals: [string, number, string, string?][] = [
    [`/v1/locks/${"00".repeat(8)}/decision`, 404, "unknown-lock"],
    [DECISION, 404, "unknown-grant"],
  ];
  for (const [url, status, code] of refusals) {
    const { status: got, body } = await ask("GET", url);
    assert.deepEqual([got, body.code], [status, code]);
  }
  await ask("POST", "/v1/grants", EVENINGS);
  for (const [query, field] of [
    ["at=tomorrow", "at"],
    ["at=2200-01-01T00:00:00Z", "at"],
    ["with=key,face", "with"],
    ["action=open", "action"],
    ["action=hold&via=door", "via"],
    ["used=-1", "used"],
    ["frobnicate=1", "frobnicate"],
  ]) {
    const { status, body } = await ask("GET", `${DECISION}?${query}`);
    assert.deepEqual([status, body.code, body.field], [422, "field-invalid", field], query);
  }
  const { status, body } = await ask("GET", `${DECISION}?grant=${"ab".repeat(8)}`);
  assert.deepEqual([status, body.code], [404, "unknown-grant"]);
});
