import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { type CredentialKind, parseGrant } from "../documents/grant.ts";
import { Action } from "../documents/order.ts";
import { parseRoster } from "../documents/roster.ts";
import { accepted, signedPayload } from "../documents/testing/documents.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { Reason } from "../wire/reason.ts";
import { decide, type GrantedAction, type Question } from "./decide.ts";

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
const vectors = lk1Vectors<{ lockId: string; decisions: Vector[] }>("decisions");
const vectorNamed = (name: string) => vectors.decisions.find((vector) => vector.name === name)!;

for (const vector of vectors.decisions) {
  test(`lk1.json, ${vector.name}: reason ${vector.reason}`, () => {
    assert.equal(decide(questionOf(vector)), vector.reason);
  });
}

const granted = questionOf(vectorNamed("granted"));
const allWrong = questionOf(vectorNamed("all wrong: 6 first"));
const challenge = hex("f93752f91d0e69be");

function orderOf(
  question: Question,
  change: { lockId?: Uint8Array; notAfter?: number } = {},
): Question["order"] & object {
  const claims = {
    lockId: question.lockId,
    challenge,
    action: question.action,
    grantId: question.grant.id,
    notAfter: question.now + 60,
    ...change,
  };
  return { claims, challenge, challengeAgeSeconds: 1 };
}

test("an order that is good changes nothing, one that is not is named before everything of the grant", () => {
  assert.equal(decide({ ...granted, order: orderOf(granted) }), Reason.done);
  const orders: [Question["order"] & object, Reason][] = [
    [orderOf(allWrong, { lockId: hex("3b5fe96a2ea4cc0c") }), Reason.wrongLock],
    [{ ...orderOf(allWrong), challenge: new Uint8Array(8) }, Reason.staleChallenge],
    [orderOf(allWrong, { notAfter: allWrong.now + 121 }), Reason.notYetValid],
    [orderOf(allWrong, { notAfter: allWrong.now - 1 }), Reason.expired],
  ];
  for (const [order, reason] of orders) {
    assert.equal(decide({ ...allWrong, order, carried: Reason.revoked }), reason);
  }
});

test("a carried grant that was taken back is named after the order and before the rest", () => {
  assert.equal(decide({ ...allWrong, order: orderOf(allWrong), carried: Reason.revoked }), Reason.revoked);
  assert.equal(decide({ ...granted, carried: Reason.revoked }), Reason.revoked);
  assert.equal(decide({ ...granted, carried: Reason.done }), Reason.done);
});

test("before the first roster a carried grant is unknown, whatever its order says", () => {
  const order = orderOf(granted, { notAfter: 0 });
  assert.equal(decide({ ...granted, order, carried: Reason.unknownGrant }), Reason.unknownGrant);
});

test("a stale roster leaves a lock that does not know the time to people who live there", () => {
  const essential = questionOf(vectorNamed("time uncertain, essential without exp"));
  assert.equal(decide({ ...essential, staleAfter: 1 }), Reason.done);
});

test("with any of nbf, exp and windows a grant needs the time, without them it does not", () => {
  const { notBefore: _, expires: __, windows: ___, ...timeless } = granted.grant;
  const uncertain = { ...granted, timeUncertain: true, staleAfter: 0 };
  assert.equal(decide({ ...uncertain, grant: timeless }), Reason.done);
  const window = { days: 255, from: 0, to: 1440 };
  for (const timed of [{ notBefore: 0 }, { expires: 0xffffffff }, { windows: [window] }]) {
    assert.equal(decide({ ...uncertain, grant: { ...timeless, ...timed } }), Reason.timeUncertain);
  }
});

test("under an uncertain clock an essential grant ignores its times and its hours", () => {
  const never = [{ days: 0, from: 0, to: 1 }];
  const essential = { ...granted.grant, rights: 63, notBefore: 0xffffffff, expires: 1, windows: never };
  assert.equal(decide({ ...granted, grant: essential, timeUncertain: true }), Reason.done);
  assert.equal(decide({ ...granted, grant: { ...essential, notBefore: 0 } }), Reason.expired);
  assert.equal(decide({ ...granted, grant: { ...essential, notBefore: 0, expires: 0xffffffff } }), Reason.outsideHours);
});

test("privacy holds back unlocking and holding open, nothing else", () => {
  const all = { ...granted, grant: { ...granted.grant, rights: 1 | 2 | 4 | 16 }, privacy: true };
  const answers = [Action.unlock, Action.lock, Action.hold, Action.endHold, Action.courier] as const;
  assert.deepEqual(
    answers.map((action) => decide({ ...all, action })),
    [Reason.privacy, Reason.done, Reason.privacy, Reason.done, Reason.done],
  );
});

function questionOf(vector: Vector): Question {
  const { settings, staleAfter } = accepted(parseRoster(suite, signedPayload("LK1 roster", hex(vector.roster)))).claims;
  const grant = accepted(parseGrant(suite, signedPayload("LK1 grant", hex(vector.grantClaims)))).claims;
  const { now, timeUncertain, action, used, privacy } = vector;
  const kindsShown = new Set(vector.kindsShown);
  return {
    lockId: hex(vectors.lockId),
    grant,
    action,
    settings,
    staleAfter,
    now,
    timeUncertain,
    used,
    kindsShown,
    privacy,
  };
}
