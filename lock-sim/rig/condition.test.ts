import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { FaultyLink } from "../port/faulty-link.ts";
import { smallLock } from "../testing/small-lock.ts";
import { parseCondition, unmet } from "./condition.ts";
import { HttpError } from "./http-error.ts";
import { StateView } from "./state.ts";

function stateOf(small = smallLock()) {
  const link = new FaultyLink(small.lock, small.clock, new SeededRandom(1));
  return new StateView({ lock: small.lock, print: { lockId: "00", label: "LK1:" }, link }).now();
}

test("a condition holds when all of its terms do", () => {
  const state = stateOf();
  const good = [
    "bolt.position=thrown",
    "bolt.position!=drawn",
    "log.seq>=1,log.seq<=1,log.seq<2,log.seq>0",
    "hasPower=true, privacy=false",
    "tag=null,signal!=pairing",
    "slots.0.state=empty,slots.length=4",
    "grantIds.length=0",
    "battery.temperatureC>-10",
    "flash.erasesByBlock.127>=0",
  ];
  for (const text of good) assert.equal(unmet(parseCondition(text), state), undefined, text);
});

test("the first term that does not hold is named with what stands in its field", () => {
  const condition = parseCondition("bolt.position=thrown,door=open,log.seq>=12");
  assert.deepEqual(unmet(condition, stateOf()), { term: "door=open", found: "closed" });
});

test("what only firmware knows meets no term without power, not even an unequal one", () => {
  const small = smallLock();
  small.lock.powerOff();
  const state = stateOf(small);
  for (const text of ["pairingMode=false", "pairingMode!=true", "log.seq>=0"])
    assert.ok(unmet(parseCondition(text), state), text);
  assert.equal(unmet(parseCondition("hasPower=false,bolt.position=thrown"), state), undefined);
});

test("a condition that could never hold is refused, and the refusal says why", () => {
  const refused: [string, RegExp][] = [
    ["bolt", /which is no field, comparison and value/],
    ["", /which is no field/],
    ["log.seq>=1,", /which is no field/],
    ["bolt.positon=drawn", /bolt\.positon, which is no field of the state/],
    ["slots.first.state=empty", /which is no field/],
    ["bolt.position=open", /one of thrown, drawn, between/],
    ["hasPower=yes", /true or false/],
    ["log.seq=many", /a number/],
    ["bolt=thrown", /an object with fields of its own/],
    ["tag=04", /text that matches .* or null/],
    ["door>closed", /only numbers have an order/],
    ["signal=green", /one of granted, .* or null/],
    [Array(17).fill("hasPower=true").join(","), /at most 16 terms/],
  ];
  for (const [text, why] of refused) {
    assert.throws(
      () => parseCondition(text),
      (error) =>
        error instanceof HttpError && error.status === 400 && error.field === "until" && why.test(error.message),
      text,
    );
  }
});
