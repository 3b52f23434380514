import { parseArgs } from "node:util";
import { systemClock } from "../../../protocol/system-clock.ts";
import { systemRandom } from "../../../protocol/system-random.ts";
import { drain, fill } from "./drain.ts";

/** `drain --fill FILE --events N`, then in a process of its own, so that its memory is its own, `drain --drain FILE`. */
const { values } = parseArgs({
  options: { fill: { type: "string" }, drain: { type: "string" }, events: { type: "string", default: "1000" } },
});
if (values.fill !== undefined) await fill(systemRandom, values.fill, Number(values.events));
if (values.drain !== undefined) {
  process.stdout.write(`${JSON.stringify(await drain(systemClock, systemRandom, values.drain))}\n`);
}
