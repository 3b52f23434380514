import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { type CredentialKind, parseGrant } from "../documents/grant.ts";
import { Action } from "../documents/order.ts";
import { parseRoster } from "../documents/roster.ts";
import { accepted, signedPayload } from "../documents/testing/documents.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { Reason } from "../wire/reason.ts";
import type { GrantedAction } from "./decide.ts";
import { answerAt, type Foresight } from "./explain.ts";

interface Vector {
  name: string;
  grantClaims: string;
  roster: string;
  now: number;
  timeUncertain: boolean;
  action: GrantedAction;
  used: number;
  kindsShown: CredentialKind[];
  privacy: boolean;
  reason: Reason;
}
const { lockId, decisions } = lk1Vectors<{ lockId: string; decisions: Vector[] }>("decisions");

for (const vector of decisions) {
  test(`lk1.json, ${vector.name}: the answer given beforehand is the lock's own`, () => {
    const asked = foresightOf(vector);
    assert.equal(answerAt(asked, vector.now).reason, vector.reason);
    // An order is refused under an uncertain clock before anything of its grant is looked at, unless that is essential.
    const isEssential = (asked.grant.rights & 32) !== 0;
    const byOrder = vector.timeUncertain && !isEssential ? Reason.timeUncertain : vector.reason;
    assert.equal(answerAt({ ...asked, byOrder: true }, vector.now).reason, byOrder);
  });
}

const granted = foresightOf(decisions.find(({ name }) => name === "granted")!);
/** A Friday, 09:00 in Stockholm. */
const FRIDAY = Date.UTC(2027, 5, 25, 7) / 1000;
const MIDSUMMER = Math.floor(FRIDAY / 86_400);
const WORK = { days: 0x1f, from: 8 * 60, to: 17 * 60 };
const FEAST = { days: 0x80, from: 8 * 60, to: 17 * 60 };
const EVERYTHING = { rights: 63, expires: FRIDAY + 1, notBefore: FRIDAY };

function friday(change: Partial<Foresight>, grant: Partial<Foresight["grant"]> = {}): Foresight {
  const { windows: _, notBefore: __, uses: ___, ...timeless } = granted.grant;
  return {
    ...granted,
    settings: { ...granted.settings, tz: "CET-1CEST,M3.5.0,M10.5.0/3", holidays: [] },
    staleAfter: 0,
    ...change,
    grant: { ...timeless, rights: 1, expires: FRIDAY + 1, ...grant },
  };
}

test("each no names the rule that it rests on", () => {
  const holidays = [MIDSUMMER];
  const tz = "CET-1CEST,M3.5.0,M10.5.0/3";
  const { tz: _, ...nowhere } = friday({}).settings;
  const cases: [string, Reason, Foresight][] = [
    ["roster", Reason.revoked, friday({ carried: Reason.revoked })],
    ["roster", Reason.unknownGrant, friday({ carried: Reason.unknownGrant })],
    ["aud", Reason.wrongLock, friday({}, { audience: [new Uint8Array(8)] })],
    ["rights", Reason.rightMissing, friday({ action: Action.hold })],
    ["clock", Reason.timeUncertain, friday({ timeUncertain: true })],
    ["nbf", Reason.notYetValid, friday({}, { notBefore: FRIDAY + 1 })],
    ["exp", Reason.expired, friday({}, { expires: FRIDAY })],
    ["tz", Reason.outsideHours, friday({ settings: nowhere }, { windows: [WORK] })],
    ["windows", Reason.outsideHours, friday({}, { windows: [{ ...WORK, from: 10 * 60 }] })],
    ["holidays", Reason.outsideHours, friday({ settings: { tz, holidays } }, { windows: [WORK] })],
    ["staleAfter", Reason.rosterStale, friday({ staleAfter: FRIDAY })],
    ["uses", Reason.usesSpent, friday({ used: 3 }, { uses: 3 })],
    ["credentials", Reason.proofMissing, friday({ kindsShown: new Set() })],
    ["rule", Reason.secondFactorMissing, friday({}, { rule: 3 })],
    ["privacy", Reason.privacy, friday({ privacy: true })],
  ];
  for (const [rule, reason, asked] of cases) assert.deepEqual(answerAt(asked, FRIDAY), { reason, rule }, rule);
});

test("a yes names the window that holds, by weekday or by holiday, or the rights where there is none", () => {
  const yes = { reason: Reason.done };
  const feast = { tz: "CET-1CEST,M3.5.0,M10.5.0/3", holidays: [MIDSUMMER] };
  const windows = [{ ...WORK, from: 10 * 60 }, WORK, FEAST];
  assert.deepEqual(answerAt(friday({}), FRIDAY), { ...yes, rule: "rights" });
  assert.deepEqual(answerAt(friday({}, { windows }), FRIDAY), { ...yes, rule: "windows", window: WORK });
  assert.deepEqual(answerAt(friday({ settings: { ...granted.settings, ...feast } }, { windows: [FEAST] }), FRIDAY), {
    ...yes,
    rule: "holidays",
    window: FEAST,
  });
  const uncertain = friday({ timeUncertain: true }, { ...EVERYTHING, windows: [FEAST] });
  assert.deepEqual(answerAt(uncertain, FRIDAY), { ...yes, rule: "rights" });
});

function foresightOf(vector: Vector): Foresight {
  const { settings, staleAfter } = accepted(parseRoster(suite, signedPayload("LK1 roster", hex(vector.roster)))).claims;
  const grant = accepted(parseGrant(suite, signedPayload("LK1 grant", hex(vector.grantClaims)))).claims;
  const { timeUncertain, action, used, privacy } = vector;
  const kindsShown = new Set(vector.kindsShown);
  return {
    lockId: hex(lockId),
    grant,
    action,
    settings,
    staleAfter,
    timeUncertain,
    used,
    kindsShown,
    privacy,
    byOrder: false,
  };
}
