import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { SerialTransport } from "../../gateway/transport/serial.ts";
import { serialLineOpener } from "../../gateway/transport/serial-line.ts";
import { memoryLock } from "../../lock-sim/memory-lock.ts";
import { SerialLinePort } from "../../lock-sim/port/serial.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { Err, encodeMessage } from "../../protocol/wire/messages.ts";
import { NullModem } from "../null-modem.ts";

/** One turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const BAUD = 115_200;
const OPTIONS = { deadlineMs: 3_000, urgency: "sync" } as const;
const suite = opensslSuite;
const random = new SeededRandom(1);
const P1 = encodeMessage({
  type: "P1",
  ephemeral: suite.p256PublicKey(suite.p256PrivateKey((length) => random.bytes(length))),
});
const NOT_IN_PAIRING_MODE = encodeMessage({ type: "ERR", code: Err.notInPairingMode });

async function setUp(t: TestContext) {
  const clock = new VirtualClock();
  const modem = NullModem.open();
  const { lock } = memoryLock({ clock, random, suite, product: { model: "Emulated", hardware: 1, firmware: 1 } });
  lock.powerOn();
  const port = new SerialLinePort(lock, { path: modem.b, baudRate: BAUD, address: 0 }, clock, () => {});
  await port.start();
  const transport = new SerialTransport(clock, serialLineOpener, []);
  t.after(async () => {
    await transport.close();
    await port.close();
    modem.close();
  });
  return { clock, modem, transport };
}

test("the gateway's serial code and the lock's speak over a real port", async (t) => {
  const { modem, transport } = await setUp(t);
  const channel = await transport.open(`serial:${modem.a}`);
  assert.deepEqual(await channel.request(P1, OPTIONS), NOT_IN_PAIRING_MODE);
});

test("a port has one owner", async (t) => {
  const { modem, transport } = await setUp(t);
  await transport.open(`serial:${modem.a}`);
  const other = new SerialTransport(new VirtualClock(), serialLineOpener, []);
  await assert.rejects(other.open(`serial:${modem.a}`), {
    name: "TransportError",
    code: "busy",
    message: `${modem.a} is in use by another program`,
  });
});

test("a port that is pulled out fails the request, and says that it is not there", async (t) => {
  const { clock, modem, transport } = await setUp(t);
  const path = modem.a;
  const channel = await transport.open(`serial:${path}?address=9`);
  const failure = assert.rejects(channel.request(P1, OPTIONS), { code: "closed", message: `${path} was unplugged` });
  modem.close();
  // The package may notice by itself, or not at all: then a look at the device does.
  while (existsSync(path)) await turn();
  clock.advance(1_000);
  await failure;
  await assert.rejects(transport.open(`serial:${path}`), { code: "unreachable" });
});
