#!/usr/bin/env node
import { nobleSuite } from "../crypto/noble.ts";
import { formatLabel, LabelError, parseLabel } from "../protocol/documents/label.ts";
import { systemClock } from "../protocol/system-clock.ts";
import { systemRandom } from "../protocol/system-random.ts";
import { fromHex, toHex } from "../protocol/wire/bytes.ts";
import { type Carrier, parseArguments, type Settings, USAGE, UsageError } from "./arguments.ts";
import { DataDirError, describeDiskError, isDiskError, openHardware, printLabel, takeDataDir } from "./data-dir.ts";
import { leaveFactory, OtherLabel } from "./factory.ts";
import { RottenFlash } from "./firmware/storage/bit-rot.ts";
import { Lock } from "./lock.ts";
import { beaconOf } from "./port/ble/beacon-of.ts";
import { BlePort, loadBleno } from "./port/ble.ts";
import { FaultyLink } from "./port/faulty-link.ts";
import { type Port, PortError } from "./port/port.ts";
import { SerialLinePort } from "./port/serial.ts";
import { TcpPort } from "./port/tcp.ts";
import { Rig } from "./rig/rig.ts";

const HARDWARE_VERSION = 1;
const FIRMWARE_VERSION = 1;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function run(settings: Settings): Promise<void> {
  const { dataDir, model } = settings;
  const given = settings.label === undefined ? undefined : parseLabel(nobleSuite, settings.label);
  await takeDataDir(dataDir);
  const hardware = openHardware(dataDir, systemClock, systemRandom);
  const { lockId, label } = print(leaveFactory(hardware.flash, nobleSuite, systemRandom, given));
  printLabel(dataDir, label);

  const product = { model, hardware: HARDWARE_VERSION, firmware: FIRMWARE_VERSION };
  const lock = new Lock(hardware, systemClock, systemRandom, nobleSuite, product);
  lock.powerOn();
  if (lock.failure !== undefined) throw new RottenFlash(lock.failure);
  const link = new FaultyLink(lock, systemClock, systemRandom);
  const rigParts = {
    lock,
    print: { lockId, label },
    link,
    clock: systemClock,
    random: systemRandom,
    suite: nobleSuite,
  };
  const rig = settings.rig && new Rig(rigParts, settings.rig);
  const port = await openPort(lock, lockId, link, settings.carrier);
  const rigAt = await rig?.start();
  const listening = await port.start();

  const stop = async () => {
    await Promise.all([port.close(), rig?.close()]);
    link.close();
    lock.powerOff();
    hardware.flash.close();
    // bleno looks after its adapter for good, and has no end.
    if (settings.carrier.kind === "ble") process.exit();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  process.stdout.write(`${JSON.stringify({ lockId, label, listening, rig: rigAt ?? null })}\n`);
}

function print(label: Parameters<typeof formatLabel>[1]): { lockId: string; label: string } {
  return { lockId: toHex(label.lockId), label: formatLabel(nobleSuite, label) };
}

async function openPort(lock: Lock, lockId: string, link: FaultyLink, carrier: Carrier): Promise<Port> {
  switch (carrier.kind) {
    case "ble":
      return new BlePort(link, beaconOf(lock, fromHex(lockId)), await loadBleno(carrier.adapter), systemClock);
    case "tcp":
      return new TcpPort(link, carrier.where);
    case "serial":
      return new SerialLinePort(link, carrier.line, systemClock, fail);
  }
}

/** What the world or the caller got wrong is one line; a mistake of ours is a crash. */
function fail(error: unknown): void {
  if (error instanceof UsageError) {
    process.stderr.write(`lock-sim: ${error.message}\n\n${USAGE}`);
    process.exit(EXIT_USAGE);
  }
  const message = messageOf(error);
  if (message === undefined) throw error;
  process.stderr.write(`lock-sim: ${message}\n`);
  process.exit(EXIT_FAILED);
}

function messageOf(error: unknown): string | undefined {
  if (isDiskError(error)) return describeDiskError(error);
  const kinds = [LabelError, OtherLabel, DataDirError, PortError, RottenFlash];
  return kinds.some((kind) => error instanceof kind) ? (error as Error).message : undefined;
}

// The disk may fill up at any write of the flash, the clock or the bolt.
process.on("uncaughtException", fail);

try {
  const settings = parseArguments(process.argv.slice(2));
  if (settings) await run(settings);
  else process.stdout.write(USAGE);
} catch (error) {
  fail(error);
}
