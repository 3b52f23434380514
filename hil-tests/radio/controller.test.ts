import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../protocol/wire/bytes.ts";
import type { Controller } from "./controller.ts";
import { advertise } from "./scripted-advertiser.ts";
import { QuietAir } from "./testing/quiet-air.ts";

const READ_BD_ADDR = 0x1009;

const LEAVINGS: [what: string, leave: (controller: Controller) => void, isUp: boolean][] = [
  ["pulled out", (controller) => controller.remove(), true],
  ["switched off", (controller) => controller.powerDown(), false],
  ["hung", (controller) => controller.hang(), true],
];

for (const [what, leave, isUp] of LEAVINGS) {
  test(`a controller that is ${what} says nothing, and its peer hears by the supervision timeout`, () => {
    const quiet = new QuietAir();
    const { central, peripheral, centralHandle } = quiet.linked();
    leave(central.controller);
    assert.equal(central.controller.isUp, isUp);
    central.command(READ_BD_ADDR);
    central.data(centralHandle, "0a");
    quiet.clock.advance(390);
    assert.deepEqual(peripheral.heard(), []);
    quiet.clock.advance(60);
    assert.deepEqual(
      peripheral.heardOnly("disconnected").map(({ reason }) => reason),
      [0x08],
    );
    assert.deepEqual(central.heard(), []);
  });

  test(`a controller that was ${what} and recovers works as after power-up`, () => {
    const quiet = new QuietAir();
    const { central, peripheral } = quiet.linked();
    leave(peripheral.controller);
    peripheral.controller.recover();
    assert.equal(peripheral.controller.isUp, true);
    quiet.clock.advance(1_000);
    assert.deepEqual(peripheral.heard(), []);
    peripheral.command(READ_BD_ADDR);
    assert.equal(peripheral.heardOnly("complete").length, 1);
    central.heard();
    quiet.link(central, peripheral);
  });
}

test("a reset ends links, scan and advertising without a word", () => {
  const quiet = new QuietAir();
  const { central, peripheral } = quiet.linked();
  central.scan();
  advertise(central.controller, { intervalMs: 100, kind: "non-connectable", data: fromHex("020106") });
  central.heard();
  central.command(0x0c03);
  quiet.clock.advance(1_000);
  assert.deepEqual(central.heard(), [{ kind: "complete", opcode: 0x0c03, status: 0, values: [] }]);
  assert.equal(peripheral.heardOnly("disconnected").length, 1);
  peripheral.scan();
  peripheral.heard();
  quiet.clock.advance(1_000);
  assert.deepEqual(peripheral.heard(), []);
});

test("a scan that stops silently reports nothing until it is started anew", () => {
  const quiet = new QuietAir();
  const [scanner, advertiser] = [quiet.host(), quiet.host()];
  advertise(advertiser.controller, { intervalMs: 100, kind: "connectable", data: fromHex("020106") });
  scanner.scan();
  scanner.heard();
  scanner.controller.stopScanningSilently();
  quiet.clock.advance(1_000);
  assert.deepEqual(scanner.heard(), []);
  scanner.command(0x200c, "01 00");
  quiet.clock.advance(1_000);
  assert.ok(scanner.heardOnly("report").length > 0);
});

test("LE events that the host has masked are not sent", () => {
  const quiet = new QuietAir();
  const [scanner, advertiser] = [quiet.host(), quiet.host()];
  advertise(advertiser.controller, { intervalMs: 100, kind: "connectable", data: fromHex("020106") });
  scanner.command(0x2001, "1d00000000000000");
  scanner.scan();
  scanner.heard();
  quiet.clock.advance(1_000);
  assert.deepEqual(scanner.heard(), []);
});

test("an address that is none is refused", () => {
  for (const address of ["", "d0:0d:00:00:00", "D0:0D:00:00:00:01", "d00d00000001"])
    assert.throws(() => new QuietAir().host({ address }), RangeError);
});
