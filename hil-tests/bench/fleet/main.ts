import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { NatsUplink } from "../../../gateway/uplink/nats/nats-uplink.ts";
import { Subjects } from "../../../gateway/uplink/nats/subjects.ts";
import { systemClock } from "../../../protocol/system-clock.ts";
import { systemRandom } from "../../../protocol/system-random.ts";
import { freePort } from "../../rig-tools/free-port.ts";
import { Program } from "../../rig-tools/program.ts";
import { findNatsServer, NatsServer } from "../../uplinks/nats-server.ts";
import { peak } from "./peak.ts";

/**
 * `fleet [--gateways N]`: so many gateways of 20 locks each, over a local cluster of three servers with three replicas. Prints
 * one JSON line for each load: the morning, when each lock tells of a few events at a time, and the days after an outage.
 */
const LOCKS_PER_GATEWAY = 20;
const LOADS = [
  { load: "morning", batches: 5, batchEvents: 3 },
  { load: "after an outage", batches: 3, batchEvents: 100 },
] as const;
const RESPONDER = fileURLToPath(new URL("../bare/nats-responder/main.js", import.meta.url));
const SILENT = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

const { values } = parseArgs({ options: { gateways: { type: "string", default: "50" } } });
const program = findNatsServer();
if (program === undefined) {
  process.stderr.write("fleet: nats-server not found\n");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "portvakt-fleet-"));
const routePorts = await Promise.all([1, 2, 3].map(() => freePort()));
const servers = await Promise.all(
  routePorts.map((routePort, index) =>
    NatsServer.start(program, folder, `n${index + 1}`, { cluster: { routePort, routePorts } }),
  ),
);
const args = [servers[0]!.url, String(servers.length), "portvakt.*.locks.*.events"];
const responder = new Program(systemClock, "responder", RESPONDER, args, join(folder, "responder.log"));
await responder.firstLine();
const uplinks = Array.from({ length: Number(values.gateways) }, (_, index) => {
  const gatewayId = index.toString(16).padStart(16, "0");
  return new NatsUplink({
    clock: systemClock,
    random: systemRandom,
    log: SILENT,
    subjects: new Subjects(`site-${index}`, gatewayId),
    access: { urls: servers.map(({ url }) => url), name: "fleet", identity: { kind: "none" }, keepAliveSeconds: 30 },
    commands: false,
    isPaired: () => false,
  });
});
for (const uplink of uplinks) await uplink.start({ answer() {}, order: unasked, command: unasked });
const parts = { clock: systemClock, random: systemRandom, uplinks, locksPerGateway: LOCKS_PER_GATEWAY };
for (const { load, batches, batchEvents } of LOADS) {
  const figures = await peak(parts, batches, batchEvents);
  process.stdout.write(`${JSON.stringify({ load, gateways: uplinks.length, batchEvents, ...figures })}\n`);
}
await Promise.all(uplinks.map((uplink) => uplink.close()));
await responder.stop();
await Promise.all(servers.map((server) => server.kill()));
rmSync(folder, { recursive: true });

async function unasked(): Promise<never> {
  throw new Error("nobody orders anything here");
}
