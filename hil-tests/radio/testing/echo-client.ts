import { once } from "node:events";
import type { Peripheral } from "@abandonware/noble";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Noble } from "./hosts.ts";
import { settled } from "./settled.ts";

const STEP_MS_MAX = 10_000;

/** Waits until the adapter is ready. */
export async function poweredOn(clock: VirtualClock, noble: Noble): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    noble.on("stateChange", (state) => {
      if (state === "poweredOn") resolve();
    });
  });
  await settled(clock, ready, STEP_MS_MAX);
}

/** The peripherals of service fff0 that are found in this time, the scan over. */
export async function peripheralsFound(
  clock: VirtualClock,
  noble: Noble,
  scanMs: number,
): Promise<Map<string, Peripheral>> {
  const found = new Map<string, Peripheral>();
  noble.on("discover", (peripheral) => found.set(peripheral.address, peripheral));
  await settled(clock, noble.startScanningAsync(["fff0"], true), STEP_MS_MAX);
  await clock.advanceAsync(scanMs);
  await settled(clock, noble.stopScanningAsync(), STEP_MS_MAX);
  return found;
}

/** The only peripheral in range. */
export async function firstPeripheral(clock: VirtualClock, noble: Noble): Promise<Peripheral> {
  const [peripheral] = (await peripheralsFound(clock, noble, 2_000)).values();
  if (!peripheral) throw new RangeError("no peripheral was found");
  return peripheral;
}

/** Connects and subscribes. The returned function writes a text and gives what comes back. */
export async function echoOver(
  clock: VirtualClock,
  peripheral: Peripheral,
): Promise<(text: string) => Promise<string>> {
  await settled(clock, peripheral.connectAsync(), STEP_MS_MAX);
  const discovery = peripheral.discoverSomeServicesAndCharacteristicsAsync(["fff0"], ["fff1", "fff2"]);
  const { characteristics } = await settled(clock, discovery, STEP_MS_MAX);
  const input = characteristics.find(({ uuid }) => uuid === "fff1")!;
  const output = characteristics.find(({ uuid }) => uuid === "fff2")!;
  await settled(clock, output.subscribeAsync(), STEP_MS_MAX);
  return async (text) => {
    const reply = once(output, "data");
    await settled(clock, input.writeAsync(Buffer.from(text), false), STEP_MS_MAX);
    const [data] = await settled(clock, reply, STEP_MS_MAX);
    return String(data);
  };
}
