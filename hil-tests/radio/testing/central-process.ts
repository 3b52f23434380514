import { once } from "node:events";
import noble, { type Peripheral } from "@abandonware/noble";

/** A process with a noble that says what becomes of its connection to the first peripheral of service fff0. */
await new Promise<void>((resolve) => noble.once("stateChange", () => resolve()));
const discovery = new Promise<Peripheral>((resolve) => noble.once("discover", resolve));
await noble.startScanningAsync(["fff0"], false);
const peripheral = await discovery;
await noble.stopScanningAsync();
peripheral.once("disconnect", (reason) => process.stdout.write(`disconnected, reason ${reason}\n`));
await peripheral.connectAsync();
const { characteristics } = await peripheral.discoverSomeServicesAndCharacteristicsAsync(["fff0"], ["fff1", "fff2"]);
const [input, output] = ["fff1", "fff2"].map((uuid) => characteristics.find((found) => found.uuid === uuid)!);
await output!.subscribeAsync();
const reply = once(output!, "data");
await input!.writeAsync(Buffer.from("hello"), false);
process.stdout.write(`echo ${(await reply)[0]}\n`);
