import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../protocol/system-clock.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { fastModel, realisticModel } from "./air/model.ts";
import { Air } from "./air.ts";
import { ControllerSocket } from "./controller-socket.ts";
import { BtsnoopTrace } from "./hci/btsnoop.ts";

/**
 * `main.js [--model fast|realistic] [--seed N] [--trace FOLDER] --sockets FOLDER ADDRESS…`: an air with one controller
 * for each address, on the socket FOLDER/ADDRESS. Prints "listening" when all are there, ends on SIGTERM.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "realistic" },
    seed: { type: "string", default: "1" },
    sockets: { type: "string" },
    trace: { type: "string" },
  },
});
if (values.sockets === undefined) throw new TypeError("--sockets FOLDER is missing");

const air = new Air({
  clock: systemClock,
  random: new SeededRandom(Number(values.seed)),
  model: values.model === "fast" ? fastModel : realisticModel,
});
const sockets: ControllerSocket[] = [];
for (const address of positionals) {
  const trace = values.trace === undefined ? {} : { trace: traceFile(join(values.trace, `${address}.btsnoop`)) };
  sockets.push(await ControllerSocket.listen(join(values.sockets, address), air.controller({ address, ...trace })));
}
process.stdout.write("listening\n");

await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
for (const socket of sockets) await socket.close();

function traceFile(path: string): BtsnoopTrace {
  const file = createWriteStream(path);
  return new BtsnoopTrace(systemClock, (bytes) => file.write(bytes));
}
