import assert from "node:assert/strict";
import { test } from "node:test";
import { Right } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { TestSite } from "../testing/test-site.ts";
import { BenchDoor, KEY_CREDENTIAL, NO_ID, OTHER_UID, TAG_CREDENTIAL, UID } from "./testing/bench-door.ts";

const ID = TestSite.id(0x21);
const OTHER_ID = TestSite.id(0x22);

/** A PIN of a grant can only be known once the door has its secrets. */
function withPins(...grants: { id: Uint8Array; digits: string; rule?: 1 | 2 | 3; also?: ("tag" | "key")[] }[]) {
  const door = new BenchDoor([]);
  door.commit(
    grants.map(({ id, digits, rule, also = [] }) => ({
      id,
      credentials: [
        door.pin(id, digits),
        ...(also.includes("tag") ? [TAG_CREDENTIAL] : []),
        ...(also.includes("key") ? [KEY_CREDENTIAL] : []),
      ],
      ...(rule && { rule }),
    })),
  );
  door.news();
  return door;
}

/** Of one grant with all three. */
function withAll(rule: 1 | 2 | 3): BenchDoor {
  return withPins({ id: ID, digits: "123456", rule, also: ["tag", "key"] });
}

/** The bearer's order over the link, and what it gets. */
function orders(door: BenchDoor, action: Action = Action.unlock): Reason {
  return door.session.reason(door.bench.act(door.session, { grantId: ID, action }));
}

test("a genuine tag of a grant draws the bolt, journalled as an order is, and it relocks by itself", () => {
  const door = new BenchDoor([{ id: ID, credentials: [TAG_CREDENTIAL] }]);
  door.opensBy(ID, () => door.showTag());
  door.wait(5000);
  assert.equal(door.bolt, "thrown");
  assert.deepEqual(
    door.news().map(({ type, slot }) => [type, slot]),
    [[RecordType.locked, 0xff]],
  );
});

test("the INTENT of an opening at the door names no order and no gateway", () => {
  const door = new BenchDoor([{ id: ID, credentials: [TAG_CREDENTIAL] }]);
  door.showTag();
  const [intent] = door.news();
  assert.deepEqual(
    { ...intent, h: 0, seq: 0, time: 0 },
    {
      ...{ h: 0, seq: 0, time: 0 },
      type: RecordType.intent,
      slot: 0xff,
      result: Action.unlock,
      flags: 0,
      n: 0,
      ref: NO_ID,
      aux: ID,
    },
  );
});

test("a tag that stays in the field has been shown once", () => {
  const door = new BenchDoor([{ id: ID, credentials: [{ kind: "tag", uid: OTHER_UID }] }]);
  door.refuses(Reason.unknownGrant, NO_ID, () => {
    door.showTag();
    door.wait(100);
  });
  door.opensBy(ID, () => {
    door.showTag(OTHER_UID);
    door.wait(100);
  });
  door.settle();
  assert.equal(door.bolt, "thrown");
});

test("a PIN and # draw the bolt; each key clicks", () => {
  const door = withPins({ id: ID, digits: "123456" }, { id: OTHER_ID, digits: "4711" });
  door.opensBy(OTHER_ID, () => door.type("4711"));
  assert.equal(door.signals.filter((signal) => signal === "key-click").length, 5);
  door.settle();
  door.opensBy(ID, () => door.type("123456"));
});

test("rule 2 takes any two kinds of one grant, in any order, within 15 s", () => {
  const hands = {
    tag: (door: BenchDoor) => door.showTag(),
    pin: (door: BenchDoor) => door.type("123456"),
  };
  for (const [first, second] of [
    [hands.tag, hands.pin],
    [hands.pin, hands.tag],
  ] as const) {
    const door = withAll(2);
    door.refuses(Reason.secondFactorMissing, ID, () => first(door));
    door.wait(13_000);
    door.opensBy(ID, () => second(door));
  }
});

test("a key's order counts as a kind, before what is shown at the door and after it", () => {
  for (const show of [(door: BenchDoor) => door.showTag(), (door: BenchDoor) => door.type("123456")]) {
    const orderFirst = withAll(2);
    assert.equal(orders(orderFirst), Reason.secondFactorMissing);
    orderFirst.opensBy(ID, () => show(orderFirst));

    const orderLast = withAll(2);
    show(orderLast);
    orderLast.wait(10_000);
    assert.equal(orders(orderLast), Reason.done);
    assert.equal(orderLast.bolt, "drawn");
  }
});

test("rule 3 takes all three", () => {
  const door = withAll(3);
  door.refuses(Reason.secondFactorMissing, ID, () => door.type("123456"));
  assert.equal(orders(door), Reason.secondFactorMissing);
  door.opensBy(ID, () => door.showTag());

  const orderLast = withAll(3);
  orderLast.showTag();
  orderLast.type("123456");
  assert.equal(orders(orderLast), Reason.done);
});

test("kinds that lie 15 s apart do not count together", () => {
  const door = withAll(2);
  door.showTag();
  door.wait(15_000);
  door.refuses(Reason.secondFactorMissing, ID, () => door.type("123456"));
  door.wait(13_000);
  assert.equal(orders(door), Reason.done);
});

test("the same kind twice is one kind", () => {
  const door = withAll(2);
  door.showTag();
  door.refuses(Reason.secondFactorMissing, ID, () => door.showTag());
});

test("kinds of two people do not count together", () => {
  const door = new BenchDoor([]);
  door.commit([
    { id: ID, credentials: [TAG_CREDENTIAL, door.pin(ID, "1111")], rule: 2 },
    { id: OTHER_ID, credentials: [{ kind: "tag", uid: OTHER_UID }, door.pin(OTHER_ID, "2222")], rule: 2 },
  ]);
  door.refuses(Reason.secondFactorMissing, ID, () => door.showTag(UID));
  door.refuses(Reason.secondFactorMissing, OTHER_ID, () => door.type("2222"));
  door.opensBy(OTHER_ID, () => door.showTag(OTHER_UID));
});

test("an opening spends what was shown for it", () => {
  const door = withAll(2);
  door.showTag();
  door.opensBy(ID, () => door.type("123456"));
  door.wait(6000);
  assert.equal(door.bolt, "thrown");
  door.refuses(Reason.secondFactorMissing, ID, () => door.type("123456"));
});

test("what was shown ends with the roster it was shown under, and with the power", () => {
  const door = withAll(2);
  door.showTag();
  door.commit([{ id: ID, credentials: [TAG_CREDENTIAL, door.pin(ID, "123456")], rule: 2 }]);
  door.refuses(Reason.secondFactorMissing, ID, () => door.type("123456"));
  door.bench.reboot();
  door.refuses(Reason.secondFactorMissing, ID, () => door.showTag());
});

test("an order to lock or hold does not become an unlock by what is shown after it", () => {
  for (const action of [Action.hold, Action.lock]) {
    const door = withAll(2);
    assert.equal(orders(door, action), Reason.secondFactorMissing);
    door.refuses(Reason.secondFactorMissing, ID, () => door.showTag());
    assert.equal(orders(door, action), Reason.done);
    assert.equal(door.bolt, action === Action.hold ? "drawn" : "thrown");
  }
});

test("an order that is refused for something else shows no key", () => {
  const door = withAll(2);
  const stale = door.bench.act(door.session, { grantId: ID, challenge: new Uint8Array(8) });
  assert.equal(door.session.reason(stale), Reason.staleChallenge);
  door.refuses(Reason.secondFactorMissing, ID, () => door.showTag());
});

test("of several grants for one tag the first that may opens, and the one that came furthest says why not", () => {
  const door = new BenchDoor([]);
  const { now } = door.bench;
  const expired = { id: TestSite.id(1), credentials: [TAG_CREDENTIAL], expires: now - 1 };
  const pin = door.pin(OTHER_ID, "9999");
  const needsPin = { id: OTHER_ID, credentials: [TAG_CREDENTIAL, pin], rule: 2 } as const;
  door.commit([expired, needsPin]);
  door.refuses(Reason.secondFactorMissing, OTHER_ID, () => door.showTag());
  door.commit([expired, needsPin, { id: TestSite.id(0x30), credentials: [TAG_CREDENTIAL] }]);
  door.opensBy(TestSite.id(0x30), () => door.showTag());
});

test("openings at the door and orders count the same uses, over reboots", () => {
  const door = new BenchDoor([{ id: ID, credentials: [TAG_CREDENTIAL, KEY_CREDENTIAL], uses: 3 }]);
  door.opensBy(ID, () => door.showTag());
  assert.equal(orders(door), Reason.done);
  door.settle();
  door.bench.reboot();
  door.opensBy(ID, () => door.showTag());
  door.settle();
  door.news();
  door.refuses(Reason.usesSpent, ID, () => door.showTag());
});

test("digits that nobody goes on with are given up: that shows, and is no record", () => {
  const door = new BenchDoor([]);
  door.lock.pressKeys("12");
  door.signals.length = 0;
  door.wait(11_000);
  assert.deepEqual(door.signals, ["refused"]);
  assert.deepEqual(door.news(), []);
});

test("privacy from the inside holds back all but rescue services, whose opening is marked as an emergency", () => {
  const rescue = { id: OTHER_ID, credentials: [{ kind: "tag", uid: OTHER_UID }] } as const;
  const door = new BenchDoor([
    { id: ID, credentials: [TAG_CREDENTIAL, KEY_CREDENTIAL] },
    { ...rescue, rights: Right.unlock | Right.overridesPrivacy },
  ]);
  door.lock.setPrivacy(true);
  assert.deepEqual(
    door.news().map(({ type, n }) => [type, n]),
    [[RecordType.privacy, 0]],
  );
  door.refuses(Reason.privacy, ID, () => door.showTag());
  assert.equal(orders(door), Reason.privacy);
  assert.equal(orders(door, Action.lock), Reason.done);
  door.news();
  door.showTag(OTHER_UID);
  door.wait(1000);
  assert.equal(door.bolt, "drawn");
  const unlocked = door.news().find(({ type }) => type === RecordType.unlocked);
  assert.equal(unlocked?.flags, RecordFlag.emergency);

  door.settle();
  door.bench.reboot();
  door.wait(1000);
  door.news();
  door.refuses(Reason.privacy, ID, () => door.showTag());
  door.lock.setPrivacy(false);
  assert.deepEqual(
    door.news().map(({ type, n }) => [type, n]),
    [[RecordType.privacy, 1]],
  );
  door.opensBy(ID, () => door.showTag());
});
