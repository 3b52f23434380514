import { systemClock } from "../../protocol/system-clock.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { drill } from "./drill.ts";

/** `rs485`: a gateway and three emulated locks as processes on one RS-485 bus; one of them dies and comes back. */
await drill(systemClock, new SeededRandom(485), (line) => process.stdout.write(`${line}\n`));
