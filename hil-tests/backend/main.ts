import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { opensslSuite } from "../../crypto/openssl.ts";
import { systemRandom } from "../../protocol/system-random.ts";
import { Backend } from "./backend.ts";
import { EventStore } from "./event-store.ts";
import { Receiver } from "./receiver.ts";

/** `backend --file PATH [--port N]`: prints one JSON line when it listens. */
const { values } = parseArgs({ options: { file: { type: "string" }, port: { type: "string", default: "0" } } });
if (!values.file) {
  process.stderr.write("backend: --file PATH is missing\n");
  process.exit(2);
}
mkdirSync(dirname(values.file), { recursive: true });
const receiver = new Receiver(new Backend({ store: new EventStore(opensslSuite, values.file), random: systemRandom }));
const url = await receiver.start(Number(values.port));
process.stdout.write(`${JSON.stringify({ listening: url })}\n`);
