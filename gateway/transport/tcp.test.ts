import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";
import { TransportError } from "./channel.ts";
import { TcpTransport } from "./tcp.ts";

const O1 = Uint8Array.of(0x15, 1);
const O2 = Uint8Array.of(0x16, 1);

/** Listens on a free port and hands every frame to `answer`. */
async function listen(t: TestContext, answer: (socket: Socket, frame: Uint8Array) => void): Promise<string> {
  const server = createServer((socket) => {
    const decoder = new SerialFrameDecoder();
    socket.on("data", (bytes) => {
      for (const { frame } of decoder.push(bytes)) answer(socket, frame);
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transport(t: TestContext) {
  const clock = new VirtualClock();
  const tcp = new TcpTransport(clock);
  t.after(() => tcp.close());
  return { clock, tcp };
}

const options = { deadlineMs: 3_000, urgency: "sync" } as const;

test("frames go there and back as on a serial line, address 0", async (t) => {
  const { tcp } = transport(t);
  const via = await listen(t, (socket) => socket.write(encodeSerialFrame(0, O2)));
  const channel = await tcp.open(via);
  assert.deepEqual(await channel.request(O1, options), O2);
});

test("garbage and frames of other addresses are passed over", async (t) => {
  const { tcp } = transport(t);
  const via = await listen(t, (socket) => {
    socket.write(Uint8Array.of(7, 7, 7, 0));
    socket.write(encodeSerialFrame(9, O2));
    socket.write(encodeSerialFrame(0, O2));
  });
  const channel = await tcp.open(via);
  assert.deepEqual(await channel.request(O1, options), O2);
});

test("silence ends at the deadline, and the channel can be used again", async (t) => {
  const { clock, tcp } = transport(t);
  let isSilent = true;
  const seen: (() => void)[] = [];
  const via = await listen(t, (socket) => {
    seen.shift()?.();
    if (!isSilent) socket.write(encodeSerialFrame(0, O2));
  });
  const channel = await tcp.open(via);
  const arrived = new Promise<void>((resolve) => seen.push(resolve));
  const failure = assert.rejects(
    channel.request(O1, options),
    (error) => error instanceof TransportError && error.code === "timeout",
  );
  await arrived;
  clock.advance(options.deadlineMs);
  await failure;
  isSilent = false;
  assert.deepEqual(await channel.request(O1, options), O2);
});

test("a lost connection fails the request and closes the channel", async (t) => {
  const { tcp } = transport(t);
  const via = await listen(t, (socket) => socket.destroy());
  const channel = await tcp.open(via);
  await assert.rejects(
    channel.request(O1, options),
    (error) => error instanceof TransportError && error.code === "closed",
  );
  assert(channel.closed.aborted);
  await assert.rejects(channel.request(O1, options), /closed/);
});

test("where nothing listens, a sentence says so", async (t) => {
  const { tcp } = transport(t);
  await assert.rejects(tcp.open("tcp://127.0.0.1:1"), /tcp:\/\/127\.0\.0\.1:1: nothing listens there/);
});
