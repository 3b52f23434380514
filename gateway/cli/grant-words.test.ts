import assert from "node:assert/strict";
import { test } from "node:test";
import type { GrantJson } from "../api/grant-view.ts";
import type { DayName } from "../rights/schedule-words.ts";
import { grantWords, placeWords } from "./grant-words.ts";

const GRANT: GrantJson = {
  id: "00000000000000a1",
  subject: "00000000000000b2",
  locks: ["aaaaaaaaaaaaaaaa"],
  groups: [{ groupId: "00000000000000c3", name: "laundry" }, { groupId: "00000000000000c4" }],
  with: [{ kind: "tag", uid: "04112233445566" }, { kind: "pin" }],
  require: 2,
  rights: ["unlock"],
  createdAt: "2027-01-07T00:00:00.000Z",
  document: "",
};
const on = (days: DayName[], from = "08:00", to = "17:00"): GrantJson => ({ ...GRANT, schedule: [{ days, from, to }] });

test("a grant is told in the order of when, what, with what and how often", () => {
  const grant = {
    ...on(["mon", "tue", "wed", "thu", "fri"]),
    from: "2027-01-01T00:00:00.000Z",
    until: "2027-06-30T22:00:00.000Z",
    uses: 3,
  };
  assert.equal(
    grantWords(grant),
    "Mon–Fri 08:00–17:00, from 2027-01-01 00:00 UTC, until 2027-06-30 22:00 UTC, unlock, tag + PIN, 3 times at each lock",
  );
  assert.equal(grantWords({ ...GRANT, uses: 1 }), "always, unlock, tag + PIN, 1 time at each lock");
});

test("days in a row are a range, others stand one by one", () => {
  const first = (grant: GrantJson) => grantWords(grant).split(", unlock")[0];
  assert.equal(first(on(["sat", "sun", "holiday"])), "Sat, Sun, holidays 08:00–17:00");
  assert.equal(first(on(["mon", "wed", "thu", "fri"])), "Mon, Wed–Fri 08:00–17:00");
  assert.equal(first(on(["fri", "sat", "sun", "holiday"], "00:00", "24:00")), "Fri–Sun, holidays");
  const everyDay = on(["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"], "22:00", "06:00");
  assert.equal(first(everyDay), "every day 22:00–06:00");
});

test("how many kinds are needed is said as shortly as it goes", () => {
  const last = (require: number, kinds: ("key" | "tag" | "pin")[]) =>
    grantWords({ ...GRANT, require, with: kinds.map((kind) => ({ kind })) }).split(", unlock, ")[1];
  assert.equal(last(1, ["tag", "tag", "pin"]), "tag or PIN");
  assert.equal(last(2, ["key", "tag", "pin"]), "2 of key, tag, PIN");
  assert.equal(last(3, ["key", "tag", "pin"]), "key + tag + PIN");
});

test("groups are told by their names, as long as they are there", () => {
  assert.equal(placeWords(GRANT), "laundry, 00000000000000c4, aaaaaaaaaaaaaaaa");
});
