import assert from "node:assert/strict";
import { test } from "node:test";
import { evenLoss } from "../air/model.ts";
import { QuietAir } from "../testing/quiet-air.ts";
import { hex16, type RawHost } from "../testing/raw-host.ts";

const START = 2;
const CONTINUATION = 1;

test("what is sent arrives at the next connection event, and is acknowledged there", () => {
  const quiet = new QuietAir();
  const { central, peripheral, centralHandle, peripheralHandle } = quiet.linked();
  central.data(centralHandle, "0a0b0c");
  quiet.clock.advance(19);
  assert.deepEqual([...central.heard(), ...peripheral.heard()], []);
  quiet.clock.advance(3);
  assert.deepEqual(peripheral.heard(), [{ kind: "data", handle: peripheralHandle, flags: START, data: "0a0b0c" }]);
  assert.deepEqual(central.heard(), [{ kind: "sent", handle: centralHandle, packets: 1 }]);
});

test("a link has an event at each interval, be there data or not", () => {
  const quiet = new QuietAir();
  const { central, peripheral } = quiet.linked({ interval: 18 });
  const before = central.controller.activity.connectionEvents;
  quiet.clock.advance(225);
  assert.equal(central.controller.activity.connectionEvents - before, 10);
  assert.equal(peripheral.controller.activity.connectionEvents, central.controller.activity.connectionEvents);
});

test("at once: data needs not wait for an event of the interval, however much it is", () => {
  const quiet = new QuietAir({ delivery: "at-once", packetsPerEventMax: 3 });
  const { central, peripheral, centralHandle } = quiet.linked();
  for (const n of [1, 2, 3, 4, 5]) central.data(centralHandle, `0${n}`);
  quiet.clock.advance(0);
  assert.deepEqual(texts(peripheral), ["01", "02", "03", "04", "05"]);
});

test("an event carries so many packets, the rest comes in the next", () => {
  const quiet = new QuietAir({ packetsPerEventMax: 3 });
  const { central, peripheral, centralHandle } = quiet.linked();
  for (const n of [1, 2, 3, 4, 5]) central.data(centralHandle, `0${n}`);
  quiet.clock.advance(22.5);
  assert.deepEqual(texts(peripheral), ["01", "02", "03"]);
  quiet.clock.advance(22.5);
  assert.deepEqual(texts(peripheral), ["04", "05"]);
});

test("a packet longer than the link's data length travels in pieces, with one acknowledgement", () => {
  const quiet = new QuietAir();
  const { central, peripheral, centralHandle } = quiet.linked();
  const data = Buffer.from(Array.from({ length: 60 }, (_, n) => n)).toString("hex");
  central.data(centralHandle, data);
  quiet.clock.advance(22.5);
  const received = peripheral.heardOnly("data");
  assert.deepEqual(
    received.map(({ flags, data }) => [flags, data.length / 2]),
    [
      [START, 27],
      [CONTINUATION, 27],
      [CONTINUATION, 6],
    ],
  );
  assert.equal(received.map(({ data }) => data).join(""), data);
  assert.deepEqual(central.heard(), [{ kind: "sent", handle: centralHandle, packets: 1 }]);
});

test("a longer data length holds for both ends, and who has asked to be told is told", () => {
  const quiet = new QuietAir();
  const [central, peripheral] = [quiet.host(), quiet.host()];
  central.command(0x2001, "5f00000000000000");
  const { centralHandle, peripheralHandle } = quiet.link(central, peripheral);
  central.command(0x2022, `${hex16(centralHandle)} fb00 4808`);
  central.heard();
  quiet.clock.advance(22.5);
  assert.deepEqual(central.heard(), [{ kind: "other", h4: `043e0b07${hex16(centralHandle)}fb004808fb004808` }]);
  assert.deepEqual(peripheral.heard(), []);
  peripheral.data(peripheralHandle, "00".repeat(251));
  quiet.clock.advance(22.5);
  assert.deepEqual(
    central.heardOnly("data").map(({ data }) => data.length / 2),
    [251],
  );
});

for (const loss of [0.1, 0.5]) {
  test(`with ${100 * loss} % loss all arrives once and in order, both ways, only later`, () => {
    const quiet = new QuietAir({ loss: evenLoss(loss) }, 7);
    const { central, peripheral, centralHandle, peripheralHandle } = quiet.linked({ supervisionTimeout: 3_000 });
    const sent = Array.from({ length: 100 }, (_, n) => n.toString(16).padStart(4, "0"));
    const [up, down]: string[][] = [[], []];
    for (const data of sent) {
      central.data(centralHandle, data);
      peripheral.data(peripheralHandle, data);
      quiet.clock.advance(225);
      down!.push(...texts(peripheral));
      up!.push(...texts(central));
    }
    quiet.clock.advance(5_000);
    assert.deepEqual([...down!, ...texts(peripheral)], sent);
    assert.deepEqual([...up!, ...texts(central)], sent);
  });
}

test("a host that ignores its credits is told, and the packet too many is dropped", () => {
  const quiet = new QuietAir();
  const { central, peripheral, centralHandle } = quiet.linked();
  for (let n = 0; n < 9; n++) central.data(centralHandle, `0${n}`);
  assert.deepEqual(central.heard(), [{ kind: "other", h4: "041a0101" }]);
  quiet.clock.advance(45);
  assert.equal(texts(peripheral).length, 8);
  assert.equal(central.heardOnly("sent").length, 8);
});

test("data for a handle that is no more is dropped without a word", () => {
  const quiet = new QuietAir();
  const { central, centralHandle } = quiet.linked();
  central.disconnect(centralHandle);
  quiet.clock.advance(100);
  central.heard();
  central.data(centralHandle, "0a");
  quiet.clock.advance(100);
  assert.deepEqual(central.heard(), []);
});

test("who disconnects hears 0x16, the peer the reason that was given", () => {
  for (const by of ["central", "peripheral"] as const) {
    const quiet = new QuietAir();
    const { central, peripheral, centralHandle, peripheralHandle } = quiet.linked();
    if (by === "central") central.disconnect(centralHandle, 0x13);
    else peripheral.disconnect(peripheralHandle, 0x13);
    quiet.clock.advance(22.5);
    assert.deepEqual(central.heardOnly("disconnected"), [
      { kind: "disconnected", handle: centralHandle, reason: by === "central" ? 0x16 : 0x13 },
    ]);
    assert.deepEqual(peripheral.heardOnly("disconnected"), [
      { kind: "disconnected", handle: peripheralHandle, reason: by === "central" ? 0x13 : 0x16 },
    ]);
  }
});

test("what was sent before a disconnect still arrives", () => {
  const quiet = new QuietAir();
  const { central, peripheral, centralHandle } = quiet.linked();
  central.data(centralHandle, "0a");
  central.disconnect(centralHandle);
  quiet.clock.advance(22.5);
  assert.deepEqual(
    peripheral.heard().map(({ kind }) => kind),
    ["data", "disconnected"],
  );
});

test("out of range both ends hear of it by their supervision timeout, not before", () => {
  const quiet = new QuietAir();
  const { central, peripheral } = quiet.linked({ supervisionTimeout: 42 });
  quiet.clock.advance(100);
  peripheral.controller.place = { x: 10_000, y: 0 };
  quiet.clock.advance(397);
  assert.deepEqual([...central.heard(), ...peripheral.heard()], []);
  quiet.clock.advance(50);
  for (const host of [central, peripheral])
    assert.deepEqual(
      host.heardOnly("disconnected").map(({ reason }) => reason),
      [0x08],
    );
});

test("who comes back in time has lost nothing", () => {
  const quiet = new QuietAir();
  const { central, peripheral, centralHandle } = quiet.linked({ supervisionTimeout: 42 });
  const near = peripheral.controller.place;
  peripheral.controller.place = { x: 10_000, y: 0 };
  central.data(centralHandle, "0a");
  quiet.clock.advance(350);
  assert.deepEqual(peripheral.heard(), []);
  peripheral.controller.place = near;
  quiet.clock.advance(22.5);
  assert.deepEqual(texts(peripheral), ["0a"]);
});

test("a new interval holds from the announced event on, and both hosts are told", () => {
  const quiet = new QuietAir();
  const { central, peripheral, centralHandle, peripheralHandle } = quiet.linked({ interval: 18 });
  central.command(0x2013, `${hex16(centralHandle)} 5000 5000 0000 9001 0000 0000`);
  central.heard();
  quiet.clock.advance(6 * 22.5);
  assert.deepEqual([...central.heard(), ...peripheral.heard()], []);
  quiet.clock.advance(22.5);
  assert.deepEqual(central.heard(), [{ kind: "other", h4: `043e0a0300${hex16(centralHandle)}500000009001` }]);
  assert.deepEqual(peripheral.heard(), [{ kind: "other", h4: `043e0a0300${hex16(peripheralHandle)}500000009001` }]);
  const before = central.controller.activity.connectionEvents;
  quiet.clock.advance(1_000);
  assert.equal(central.controller.activity.connectionEvents - before, 10);
});

test("a peripheral can not change the interval", () => {
  const quiet = new QuietAir();
  const { peripheral, peripheralHandle } = quiet.linked();
  peripheral.command(0x2013, `${hex16(peripheralHandle)} 5000 5000 0000 9001 0000 0000`);
  assert.deepEqual(peripheral.heard(), [{ kind: "status", opcode: 0x2013, status: 0x0c }]);
});

test("Read RSSI gives the strength of the peer, and 0x02 for a link that is no more", () => {
  const quiet = new QuietAir();
  const { central, peripheral, centralHandle } = quiet.linked();
  peripheral.controller.place = { x: 10, y: 0 };
  central.command(0x1405, hex16(centralHandle));
  central.command(0x1405, "ff0e");
  assert.deepEqual(
    central.heardOnly("complete").map(({ status, values }) => [status, values.at(-1)]),
    [
      [0, 256 - 60],
      [0x02, 0],
    ],
  );
});

function texts(host: RawHost): string[] {
  return host.heardOnly("data").map(({ data }) => data);
}
