import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { encodeAdvertisement } from "../../../protocol/wire/beacon.ts";
import { concat, fromHex, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Log } from "../../log.ts";
import { Library } from "./library.ts";
import type { Noble } from "./noble.ts";

const HOUR_MS = 3_600_000;
const ADDRESSES = 5_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A library on an adapter that is on, as often as it is loaded. */
function library() {
  const clock = new VirtualClock();
  const sockets: EventEmitter[] = [];
  const said: string[] = [];
  const load = () => {
    const socket = new EventEmitter();
    sockets.push(socket);
    const inside = { _bindings: { _hci: { _socket: socket } }, state: "poweredOn", stop() {} };
    return Object.assign(new EventEmitter(), inside) as unknown as Noble;
  };
  const events = { on: () => said.push("on"), off: () => said.push("off"), heard() {} };
  const one = new Library({ clock, log: silent, name: "hci0", load, events });
  one.start();
  return { clock, sockets, said, one };
}

/** Advertising reports of one lock, each from another address. */
function hearsEverNewAddresses(socket: EventEmitter): void {
  const data = encodeAdvertisement({ flags: 0, lockId: fromHex("0a1b2c3d4e5f6071") });
  for (let n = 0; n < ADDRESSES; n++) {
    const report = concat(Uint8Array.of(0, 1, 0, 0), uint32(n), Uint8Array.of(data.length), data, Uint8Array.of(0xc4));
    socket.emit("data", Buffer.from(concat(Uint8Array.of(4, 0x3e, 2 + report.length, 2, 1), report)));
  }
}

test("a library that remembers too many addresses is left behind for a new one, a few times a day at most", () => {
  const { clock, sockets, said, one } = library();
  assert.equal(one.isFull, false);
  hearsEverNewAddresses(sockets[0]!);
  clock.advance(5 * HOUR_MS);
  assert.equal(one.isFull, false);
  clock.advance(HOUR_MS);
  assert.equal(one.isFull, true);
  one.refresh();
  clock.advance(0);
  assert.equal(sockets.length, 2);
  assert.deepEqual(said, ["on", "off", "on"]);
  assert.deepEqual({ isFull: one.isFull, trouble: one.trouble }, { isFull: false, trouble: undefined });
});
