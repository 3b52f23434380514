import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const A = {
  lockId: "aaaaaaaaaaaaaaaa",
  via: "tcp://127.0.0.1:7001",
  model: "sim",
  hardware: 1,
  firmware: 2,
  generation: 0,
  sigPk: "02".repeat(33),
  pairedAt: "2027-01-05T00:00:00.000Z",
  reported: {
    at: "2027-01-06T23:59:20.000Z",
    bolt: "thrown",
    door: "closed",
    jammed: false,
    tamper: false,
    pairingMode: false,
    batteryLow: true,
    batteryMillivolt: 4100,
    temperatureC: -3,
    time: "2027-01-06T23:59:20.000Z",
    timeUncertain: false,
    epoch: 3,
    seq: 9,
  },
  wantedEpoch: 4,
  sync: { state: "working", sentence: "Its new roster is on the way." },
  log: { seq: 9, deliveredThrough: 8, acknowledgedThrough: 7, undelivered: 1 },
};
const { reported: _, ...B } = { ...A, lockId: "bbbbbbbbbbbbbbbb", model: "another model" };

test("locks are one aligned table, whatever the number of pages", async (t) => {
  const { portvakt } = cliFixture(t, {
    "GET /v1/locks": [{ body: { items: [A], next: A.lockId } }],
    [`GET /v1/locks?after=${A.lockId}`]: [{ body: { items: [B] } }],
  });
  const { exitCode, out } = await portvakt("locks");
  assert.equal(exitCode, 0);
  assert.deepEqual(out, [
    "LOCK              MODEL          BOLT    DOOR    BATTERY      SEEN      STATE",
    "aaaaaaaaaaaaaaaa  sim            thrown  closed  4.10 V, low  40 s ago  Its new roster is on the way.",
    "bbbbbbbbbbbbbbbb  another model  –       –       –            never     Its new roster is on the way.",
  ]);
});

test("with --json each lock is a line", async (t) => {
  const { portvakt } = cliFixture(t, { "GET /v1/locks": [{ body: { items: [A, B] } }] });
  const { out } = await portvakt("locks", "--json");
  assert.deepEqual(
    out.map((line) => JSON.parse(line)),
    [A, B],
  );
});

test("one lock is shown with all that is known of it", async (t) => {
  const { portvakt } = cliFixture(t, { [`GET /v1/locks/${A.lockId}`]: [{ body: A }] });
  const { out } = await portvakt("locks", A.lockId.toUpperCase());
  assert.deepEqual(out, [
    "Lock:         aaaaaaaaaaaaaaaa",
    "Model:        sim, hardware 1, firmware 2",
    "Via:          tcp://127.0.0.1:7001",
    "Paired:       2 days ago, generation 0",
    `Signing key:  ${A.sigPk}`,
    "State:        Its new roster is on the way.",
    "Roster:       epoch 3 of 4",
    "Events:       9 here, 8 delivered, 7 acknowledged",
    "Seen:         40 s ago",
    "Bolt:         thrown",
    "Door:         closed",
    "Battery:      4.10 V, low",
    "Temperature:  -3 °C",
    "Clock:        just now",
  ]);
});

test("without locks it says how to get one", async (t) => {
  const { portvakt } = cliFixture(t, { "GET /v1/locks": [{ body: { items: [] } }] });
  assert.deepEqual((await portvakt("locks")).out, [
    "No lock is paired yet. Pair one with: portvakt pair LABEL --via WAY",
  ]);
});
