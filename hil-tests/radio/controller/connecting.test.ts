import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import { advertise } from "../scripted-advertiser.ts";
import { QuietAir } from "../testing/quiet-air.ts";
import type { RawHost } from "../testing/raw-host.ts";

const CREATE = 0x200d;
const CANCEL = 0x200e;

function advertising(host: RawHost, kind: "connectable" | "scannable" = "connectable"): RawHost {
  advertise(host.controller, { intervalMs: 100, kind, data: fromHex("020106") });
  host.heard();
  return host;
}

test("a connection waits until its peer advertises, and both hosts hear of it", () => {
  const quiet = new QuietAir();
  const [central, peripheral] = [quiet.host(), quiet.host()];
  central.connect(peripheral.controller);
  quiet.clock.advance(60_000);
  assert.deepEqual(central.heard(), [{ kind: "status", opcode: CREATE, status: 0 }]);
  advertising(peripheral);
  quiet.clock.advance(300);
  const connected = { kind: "connected", status: 0, handle: 0x40 } as const;
  assert.deepEqual(central.heard(), [{ ...connected, role: "central", peer: peripheral.controller.address }]);
  assert.deepEqual(peripheral.heard(), [{ ...connected, role: "peripheral", peer: central.controller.address }]);
});

test("an advertiser is silent once it is connected, until its host asks again", () => {
  const quiet = new QuietAir();
  const [central, peripheral, other] = [quiet.host(), quiet.host(), quiet.host()];
  quiet.link(central, peripheral);
  other.scan();
  other.heard();
  quiet.clock.advance(1_000);
  assert.deepEqual(other.heard(), []);
  peripheral.command(0x200a, "01");
  quiet.clock.advance(1_000);
  assert.ok(other.heardOnly("report").length > 0);
});

test("a pending connection is cancelled: status 0x02, and the peer is left alone", () => {
  const quiet = new QuietAir();
  const [central, peripheral] = [quiet.host(), quiet.host()];
  central.connect(peripheral.controller);
  central.command(CANCEL);
  assert.deepEqual(central.heard(), [
    { kind: "status", opcode: CREATE, status: 0 },
    { kind: "complete", opcode: CANCEL, status: 0, values: [] },
    { kind: "connected", status: 0x02, handle: 0, role: "central", peer: peripheral.controller.address },
  ]);
  advertising(peripheral);
  quiet.clock.advance(1_000);
  assert.deepEqual([...central.heard(), ...peripheral.heard()], []);
});

test("there is nothing to cancel before a request, or after it has led to a link", () => {
  const quiet = new QuietAir();
  const [central, peripheral] = [quiet.host(), quiet.host()];
  const disallowed = { kind: "complete", opcode: CANCEL, status: 0x0c, values: [] };
  central.command(CANCEL);
  assert.deepEqual(central.heard(), [disallowed]);
  quiet.link(central, peripheral);
  central.command(CANCEL);
  assert.deepEqual(central.heard(), [disallowed]);
});

test("a second request while one is pending, or while scanning, is disallowed", () => {
  const quiet = new QuietAir();
  const [central, peripheral] = [quiet.host(), quiet.host()];
  central.connect(peripheral.controller);
  central.heard();
  central.connect(peripheral.controller);
  assert.deepEqual(central.heard(), [{ kind: "status", opcode: CREATE, status: 0x0c }]);
  peripheral.scan();
  peripheral.heard();
  peripheral.connect(central.controller);
  assert.deepEqual(peripheral.heard(), [{ kind: "status", opcode: CREATE, status: 0x0c }]);
});

test("who advertises without being connectable is not connected to", () => {
  const quiet = new QuietAir();
  const central = quiet.host();
  central.connect(advertising(quiet.host(), "scannable").controller);
  quiet.clock.advance(5_000);
  assert.deepEqual(central.heardOnly("connected"), []);
});

test("of two centrals that wait for one peripheral one gets it, the other a link that dies with 0x3e", () => {
  const quiet = new QuietAir();
  const [one, two, peripheral] = [quiet.host(), quiet.host(), quiet.host()];
  for (const central of [one, two]) central.connect(peripheral.controller);
  advertising(peripheral);
  quiet.clock.advance(300);
  assert.equal(peripheral.heardOnly("connected").length, 1);
  assert.deepEqual(one.heardOnly("disconnected"), []);
  // It was too late, and took itself for connected until nobody answered.
  assert.deepEqual(two.heardOnly("disconnected"), [{ kind: "disconnected", handle: 0x40, reason: 0x3e }]);
});

test("a central with all links in use gets status 0x09, a peripheral 0x0d", () => {
  const quiet = new QuietAir();
  const [central, peripheral, third] = [quiet.host({ linksMax: 1 }), quiet.host({ linksMax: 1 }), quiet.host()];
  const { centralHandle } = quiet.link(central, peripheral);
  for (const host of [central, peripheral]) host.heard();
  central.connect(third.controller);
  assert.deepEqual(central.heard(), [{ kind: "status", opcode: CREATE, status: 0x09 }]);
  peripheral.command(0x200a, "01");
  assert.deepEqual(peripheral.heard(), [{ kind: "complete", opcode: 0x200a, status: 0x0d, values: [] }]);
  central.disconnect(centralHandle);
  quiet.clock.advance(100);
  central.heard();
  central.connect(third.controller);
  assert.deepEqual(central.heard(), [{ kind: "status", opcode: CREATE, status: 0 }]);
});

test("a request that the peripheral does not hear leads to a link that dies with 0x3e after six events", () => {
  const { quiet, central, peripheral } = lostRequest();
  quiet.clock.advance(1.25 + 4 * 22.5);
  assert.deepEqual(central.heard(), []);
  quiet.clock.advance(22.5);
  assert.deepEqual(central.heard(), [{ kind: "disconnected", handle: 0x40, reason: 0x3e }]);
  assert.deepEqual(peripheral.heard(), []);
});

for (const [what, parameters] of [
  ["a window above the interval", "3000 6000 00 00 010000000dd0 00 0600 1200 0000 2a00 0000 0000"],
  ["an accept list", "6000 3000 01 00 010000000dd0 00 0600 1200 0000 2a00 0000 0000"],
  ["an interval below 7.5 ms", "6000 3000 00 00 010000000dd0 00 0500 1200 0000 2a00 0000 0000"],
  ["a supervision timeout below two intervals", "6000 3000 00 00 010000000dd0 00 0600 1200 0000 0400 0000 0000"],
] as const) {
  test(`a request with ${what} is refused`, () => {
    const central = new QuietAir().host();
    central.command(CREATE, parameters);
    assert.deepEqual(central.heard(), [{ kind: "status", opcode: CREATE, status: 0x12 }]);
  });
}

/** The moment after a central has taken itself for connected while the peripheral knows nothing of it. */
function lostRequest() {
  for (let seed = 1; seed <= 100; seed++) {
    const quiet = new QuietAir({}, seed);
    const [central, peripheral] = [quiet.host(), advertising(quiet.host())];
    peripheral.controller.packetLoss = 0.5;
    central.connect(peripheral.controller);
    while (central.heardOnly("connected").length === 0) quiet.clock.advance(1);
    if (peripheral.heardOnly("connected").length === 0) return { quiet, central, peripheral };
  }
  throw new Error("no seed loses the request");
}
