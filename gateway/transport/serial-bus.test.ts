import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { concat } from "../../protocol/wire/bytes.ts";
import { encodeSerialFrame, type SerialFrame, SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";
import { TransportError, type Urgency } from "./channel.ts";
import { SerialBus, type SerialLineEvents } from "./serial-bus.ts";

const O1 = Uint8Array.of(0x15, 1);
const O2 = Uint8Array.of(0x16, 1);
const C = Uint8Array.of(0x17, 2);
const R = Uint8Array.of(0x18, 2);
const ERR_BUSY = Uint8Array.of(0x1f, 2);
const DEADLINE_MS = 3_000;

/** A port whose other end is the test. */
class FakePort {
  readonly sent: SerialFrame[] = [];
  events: SerialLineEvents | undefined;
  opened = 0;
  missing = false;
  readonly #decoder = new SerialFrameDecoder();

  readonly open = async (events: SerialLineEvents) => {
    if (this.missing) throw new TransportError("unreachable", "/dev/ttyUSB0 is not there");
    this.opened++;
    this.events = events;
    return {
      write: (bytes: Uint8Array) => void this.sent.push(...this.#decoder.push(bytes)),
      close: async () => {},
    };
  };

  reply(frame: Uint8Array, address = 0): void {
    this.events?.bytes(encodeSerialFrame(address, frame));
  }

  unplug(): void {
    this.missing = true;
    this.events?.lost();
  }
}

function setUp() {
  const clock = new VirtualClock();
  const port = new FakePort();
  const bus = new SerialBus(clock, "/dev/ttyUSB0", 115_200, port.open);
  const request = (frame: Uint8Array, address = 0, urgency: Urgency = "sync") =>
    bus.request({ address, frame, urgency, deadlineMs: DEADLINE_MS });
  return { clock, port, bus, request };
}

const settle = (clock: VirtualClock) => clock.advanceAsync(0);

test("a request gets the frame that answers it", async () => {
  const { clock, port, request } = setUp();
  const reply = request(O1);
  await settle(clock);
  assert.deepEqual(port.sent, [{ address: 0, frame: O1 }]);
  port.reply(O2);
  assert.deepEqual(await reply, O2);
});

test("one request is in flight; waiting unlocks go before waiting syncs", async () => {
  const { clock, port, request } = setUp();
  const order: string[] = [];
  const follow = (name: string, reply: Promise<Uint8Array>) => reply.then(() => order.push(name));
  const all = [
    follow("first", request(O1, 1)),
    follow("sync", request(O1, 2)),
    follow("unlock", request(O1, 3, "unlock")),
  ];
  for (const address of [1, 3, 2]) {
    await settle(clock);
    assert.equal(port.sent.at(-1)?.address, address);
    port.reply(Uint8Array.of(0x16, address), address);
  }
  await Promise.all(all);
  assert.equal(port.sent.length, 3);
  assert.deepEqual(order, ["first", "unlock", "sync"]);
});

test("without an answer the same bytes are sent again, until the deadline", async () => {
  const { clock, port, request } = setUp();
  const failure = assert.rejects(request(O1), (error) => error instanceof TransportError && error.code === "timeout");
  await clock.advanceAsync(DEADLINE_MS + 500);
  await failure;
  assert.equal(port.sent.length, 3);
  assert(port.sent.every(({ frame }) => Buffer.from(frame).equals(O1)));
  await clock.advanceAsync(10_000);
  assert.equal(port.sent.length, 3);
});

test("the second answer to a request that was sent twice is not taken for the next one's", async () => {
  const { clock, port, request } = setUp();
  const first = request(C);
  await clock.advanceAsync(1_500);
  assert.equal(port.sent.length, 2);
  port.reply(R);
  assert.deepEqual(await first, R);
  const second = request(Uint8Array.of(0x17, 3));
  await settle(clock);
  port.reply(R);
  port.reply(Uint8Array.of(0x18, 3));
  assert.deepEqual(await second, Uint8Array.of(0x18, 3));
});

test("what does not answer the request is passed over: garbage, other addresses, other types", async () => {
  const { clock, port, request } = setUp();
  const reply = request(O1, 3);
  await settle(clock);
  port.events?.bytes(Uint8Array.of(1, 2, 3, 0, 0, 0xff));
  port.events?.bytes(concat(encodeSerialFrame(3, O2).subarray(2), Uint8Array.of(0)));
  port.reply(O2, 4);
  port.reply(R, 3);
  port.reply(O2, 3);
  assert.deepEqual(await reply, O2);
});

test("ERR answers anything", async () => {
  const { clock, port, request } = setUp();
  for (let i = 0; i < 2; i++) {
    const reply = request(O1);
    await settle(clock);
    port.reply(ERR_BUSY);
    assert.deepEqual(await reply, ERR_BUSY);
  }
});

test("an answer may come in any pieces", async () => {
  const { clock, port, request } = setUp();
  const bytes = encodeSerialFrame(0, O2);
  for (let split = 1; split < bytes.length; split++) {
    const reply = request(Uint8Array.of(0x15, split));
    await settle(clock);
    const own = encodeSerialFrame(0, Uint8Array.of(0x16, split));
    port.events?.bytes(own.subarray(0, split));
    port.events?.bytes(own.subarray(split));
    assert.deepEqual(await reply, Uint8Array.of(0x16, split));
  }
});

test("a port that is unplugged fails what is in flight and is opened again when it is back", async () => {
  const { clock, port, request } = setUp();
  const lost = assert.rejects(request(O1), /unplugged/);
  await settle(clock);
  port.unplug();
  await lost;
  await assert.rejects(request(O1), /is not there/);
  port.missing = false;
  const reply = request(O1);
  await settle(clock);
  port.reply(O2);
  assert.deepEqual(await reply, O2);
  assert.equal(port.opened, 2);
});

test("a port whose driver never answers counts as not there", async () => {
  const clock = new VirtualClock();
  const bus = new SerialBus(clock, "/dev/ttyUSB0", 9_600, () => new Promise(() => {}));
  const failure = assert.rejects(
    bus.request({ address: 0, frame: O1, urgency: "sync", deadlineMs: DEADLINE_MS }),
    /does not open/,
  );
  await clock.advanceAsync(5_000);
  await failure;
});

test("closing fails what waits", async () => {
  const { clock, bus, request } = setUp();
  const failures = [assert.rejects(request(O1), /closed/), assert.rejects(request(C), /closed/)];
  await settle(clock);
  await bus.close();
  await Promise.all(failures);
});

test("a request that is cancelled fails at once, in flight or waiting, and the next has its turn", async () => {
  const { clock, port, bus, request } = setUp();
  const inFlight = { address: 1, frame: O1, urgency: "sync", deadlineMs: DEADLINE_MS } as const;
  const waiting = { ...inFlight, address: 2 };
  const failures = [inFlight, waiting].map((one) => assert.rejects(bus.request(one), { code: "closed" }));
  const last = request(O1, 3);
  await settle(clock);
  bus.cancel(waiting);
  bus.cancel(inFlight);
  await Promise.all(failures);
  await settle(clock);
  assert.deepEqual(
    port.sent.map(({ address }) => address),
    [1, 3],
  );
  port.reply(O2, 1);
  port.reply(O2, 3);
  assert.deepEqual(await last, O2);
});

test("a sync that is hurried goes among the unlocks", async () => {
  const { clock, port, bus, request } = setUp();
  const first = request(O1, 1);
  const sync = request(O1, 2);
  const hurried = { address: 3, frame: O1, urgency: "sync", deadlineMs: DEADLINE_MS } as const;
  const reply = bus.request(hurried);
  await settle(clock);
  bus.hurry(hurried);
  for (const address of [1, 3, 2]) {
    await settle(clock);
    port.reply(Uint8Array.of(0x16, address), address);
  }
  await Promise.all([first, sync, reply]);
  assert.deepEqual(
    port.sent.map(({ address }) => address),
    [1, 3, 2],
  );
});
