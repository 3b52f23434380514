import assert from "node:assert/strict";
import { test } from "node:test";
import { Right } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { faultyTag } from "../../tag/faulty-tag.ts";
import { makeTag } from "../../tag/make-tag.ts";
import { TestSite } from "../testing/test-site.ts";
import {
  BenchDoor,
  KEY_CREDENTIAL,
  type NamedGrant,
  NO_ID,
  OTHER_UID,
  TAG_CREDENTIAL,
  UID,
} from "./testing/bench-door.ts";

const ID = TestSite.id(0x21);

/** A door whose tag grant is not quite right. */
function withTag(wish: Partial<NamedGrant> = {}, options: ConstructorParameters<typeof BenchDoor>[1] = {}): BenchDoor {
  return new BenchDoor([{ id: ID, credentials: [TAG_CREDENTIAL], ...wish }], options);
}

function refusesTag(door: BenchDoor, reason: Reason, grantId: Uint8Array = ID): void {
  door.refuses(reason, grantId, () => door.showTag());
}

test("6: a grant for another lock", () => {
  refusesTag(withTag({ audience: [TestSite.id(0x77)] }), Reason.wrongLock);
});

test("8: a tag that no grant of the table names, not even one taken back a moment ago", () => {
  const door = withTag();
  door.refuses(Reason.unknownGrant, NO_ID, () => door.showTag(OTHER_UID));
  door.commit([]);
  refusesTag(door, Reason.unknownGrant, NO_ID);
});

test("9: a carried grant that was taken back, shown at the door by its bearer's phone", () => {
  const door = withTag({}, { roster: { denied: [TestSite.id(0x44)] } });
  const session = door.bench.pass();
  const grant = door.bench.site.grant(door.bench.now, TestSite.id(0x44));
  const order = door.bench.act(session, { grant, grantId: TestSite.id(0x44) });
  assert.equal(session.reason(order), Reason.revoked);
});

test("10 and 11: before a grant's time and after it", () => {
  const door = withTag();
  const { now } = door.bench;
  door.commit([{ id: ID, credentials: [TAG_CREDENTIAL], notBefore: now + 30, expires: now + 60 }]);
  refusesTag(door, Reason.notYetValid);
  door.wait(30_000);
  door.opensBy(ID, () => door.showTag());
  door.wait(30_000);
  door.news();
  refusesTag(door, Reason.expired);
});

test("12: outside its hours", () => {
  refusesTag(withTag({ windows: [{ days: 0x7f, from: 0, to: 1440 }] }), Reason.outsideHours);
});

test("13: its uses are spent", () => {
  const door = withTag({ uses: 1 });
  door.opensBy(ID, () => door.showTag());
  door.settle();
  door.news();
  refusesTag(door, Reason.usesSpent);
});

test("14: no right to unlock", () => {
  refusesTag(withTag({ rights: Right.lock }), Reason.rightMissing);
});

test("15: a copied UID without the key, whatever else was shown", () => {
  const door = withTag();
  door.refuses(Reason.proofMissing, ID, () => door.showTag(UID, "cloned"));
  door.refuses(Reason.proofMissing, ID, () => door.showTag(UID, "foreign"));
  door.commit([{ id: ID, credentials: [TAG_CREDENTIAL, door.pin(ID, "1234")], rule: 2 }]);
  door.type("1234");
  door.refuses(Reason.proofMissing, ID, () => door.showTag(UID, "cloned"));
});

test("15: without site secrets no tag and no PIN is anybody's, and no wrong try is counted", () => {
  const door = withTag({}, { hasSecrets: false });
  refusesTag(door, Reason.proofMissing);
  for (let i = 0; i < 6; i++) door.refuses(Reason.proofMissing, NO_ID, () => door.type("1234"));
});

test("16: one kind where two are wanted", () => {
  refusesTag(withTag({ credentials: [TAG_CREDENTIAL, KEY_CREDENTIAL], rule: 2 }), Reason.secondFactorMissing);
});

test("17: the keypad is locked out; a tag is not", () => {
  const door = withTag({}, { settings: { wrongTriesMax: 1 } });
  door.type("1234");
  door.refuses(Reason.lockedOut, NO_ID, () => door.type("1234"));
  assert.equal(door.signals.at(-1), "locked-out");
  door.opensBy(ID, () => door.showTag());
});

test("18: the clock is lost, but people who live there get in", () => {
  const door = withTag();
  door.lock.hardware.rtc.lose();
  refusesTag(door, Reason.timeUncertain);
  door.commit([{ id: ID, credentials: [TAG_CREDENTIAL], rights: Right.unlock | Right.essential }]);
  door.opensBy(ID, () => door.showTag());
});

test("21: no room to count the uses of one more grant", () => {
  const grants = Array.from({ length: 113 }, (_, i) => ({
    id: TestSite.id(i + 1),
    credentials: [{ kind: "tag", uid: Uint8Array.of(4, 0, 0, 0, 0, 0, i) } as const],
    uses: 5,
  }));
  const door = new BenchDoor(grants);
  for (let i = 0; i < 112; i++) {
    door.showTag(Uint8Array.of(4, 0, 0, 0, 0, 0, i));
    door.settle();
  }
  door.news();
  door.refuses(Reason.tableFull, TestSite.id(113), () => door.showTag(Uint8Array.of(4, 0, 0, 0, 0, 0, 112)));
});

test("22: a battery that may not carry the motor to its end stop", () => {
  const door = withTag();
  door.lock.setBattery(3599);
  refusesTag(door, Reason.batteryTooLow);
});

test("23: a bolt that jams is a record and a DONE that says so", () => {
  const door = withTag();
  door.lock.hardware.bolt.jam(true);
  door.showTag();
  door.wait(5000);
  assert.deepEqual(
    door.news().map(({ type, result, slot }) => [type, result, slot]),
    [
      [RecordType.intent, Action.unlock, 0xff],
      [RecordType.jammed, 0, 0xff],
      [RecordType.done, Reason.jammed, 0xff],
    ],
  );
  assert.equal(door.signals.at(-1), "refused");
});

test("24: the bolt is on its way for somebody else", () => {
  const door = withTag();
  door.showTag();
  door.wait(100);
  door.showTag();
  assert.equal(door.signals.at(-1), "refused");
  door.wait(1000);
  const results = door.news().map(({ type, result }) => [type, result]);
  assert.deepEqual(results[1], [RecordType.refused, Reason.busy]);
  assert.deepEqual(results.at(-1), [RecordType.done, 0]);
});

test("28: somebody inside wants to be left alone", () => {
  const door = withTag();
  door.lock.setPrivacy(true);
  door.news();
  refusesTag(door, Reason.privacy);
});

test("30: the roster is stale, but people who live there get in", () => {
  const door = withTag();
  const { now } = door.bench;
  const essential = { id: TestSite.id(0x31), credentials: [{ kind: "tag", uid: OTHER_UID }] } as const;
  door.commit(
    [
      { id: ID, credentials: [TAG_CREDENTIAL] },
      { ...essential, rights: Right.unlock | Right.essential },
    ],
    { roster: { staleAfter: now + 10 } },
  );
  door.wait(10_000);
  door.news();
  refusesTag(door, Reason.rosterStale);
  door.opensBy(essential.id, () => door.showTag(OTHER_UID));
});

test("a PIN gets the same reasons as a tag, and is no wrong try", () => {
  const door = new BenchDoor([], {});
  const settings = { wrongTriesMax: 2 };
  door.commit([{ id: ID, credentials: [door.pin(ID, "1234")], rights: Right.lock }], { settings });
  for (let i = 0; i < 5; i++) door.refuses(Reason.rightMissing, ID, () => door.type("1234"));
});

test("a tag that is pulled away at any APDU is refused, moves nothing, and opens when it comes again", () => {
  for (let atApdu = 1; atApdu <= 4; atApdu++) {
    const door = withTag();
    const { suite, random } = door.bench;
    const tag = makeTag(suite, random, "genuine", UID, door.secrets.tagMasterKey);
    door.refuses(Reason.proofMissing, ID, () => door.lock.presentTag(faultyTag(tag, { kind: "pulled-away", atApdu })));
    door.opensBy(ID, () => door.showTag());
  }
});

test("refusals at the door are records within limits, and none is lost from the count", () => {
  const door = withTag();
  for (let i = 0; i < 300; i++) {
    door.showTag(OTHER_UID);
    door.wait(1000);
  }
  const early = door.news();
  assert.equal(early.length, 50, "ten a minute");
  door.wait(3_600_000);
  door.showTag(OTHER_UID);
  const [last] = door.news();
  const counts = [...early, last!].map(({ aux }) => 1 + auxPair(aux)[1]);
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    301,
  );
  assert.equal(door.signals.filter((signal) => signal === "refused").length, 301);
});
