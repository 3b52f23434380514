import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { opensslSuite } from "../../crypto/openssl.ts";
import { DEFAULT_SITE } from "../../gateway/config.ts";
import { createLog } from "../../gateway/log.ts";
import { systemClock } from "../../protocol/system-clock.ts";
import { systemRandom } from "../../protocol/system-random.ts";
import { Backend } from "./backend.ts";
import { BackendIssuer } from "./backend-issuer.ts";
import { EventStore } from "./event-store.ts";
import { Receiver } from "./receiver.ts";

/** `backend --file PATH [--issuer DIR] [--port N]`: prints one JSON line when it listens. With `--issuer` it issues rights too. */
const { values } = parseArgs({
  options: { file: { type: "string" }, issuer: { type: "string" }, port: { type: "string", default: "0" } },
});
if (!values.file) {
  process.stderr.write("backend: --file PATH is missing\n");
  process.exit(2);
}
mkdirSync(dirname(values.file), { recursive: true });
const store = new EventStore(opensslSuite, values.file);
const issuer = values.issuer === undefined ? undefined : await openIssuer(values.issuer);
const backend = new Backend({ store, random: systemRandom, ...(issuer && { issuer }) });
const receiver = new Receiver(backend, issuer);
const url = await receiver.start(Number(values.port));
process.stdout.write(`${JSON.stringify({ listening: url })}\n`);

async function openIssuer(directory: string): Promise<BackendIssuer> {
  const machine = { suite: opensslSuite, clock: systemClock, random: systemRandom, log: createLog("warn") };
  const opened = await BackendIssuer.open({ ...machine, directory, site: DEFAULT_SITE, registered: store });
  opened.office.start();
  return opened;
}
