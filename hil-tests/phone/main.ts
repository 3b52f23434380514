#!/usr/bin/env node
import { opensslSuite } from "../../crypto/openssl.ts";
import { createLog } from "../../gateway/log.ts";
import { BleTransport, nobleLoader } from "../../gateway/transport/ble.ts";
import { TcpTransport } from "../../gateway/transport/tcp.ts";
import { Transports } from "../../gateway/transport/transports.ts";
import { systemClock } from "../../protocol/system-clock.ts";
import { systemRandom } from "../../protocol/system-random.ts";
import { runPhone } from "./cli.ts";
import { openCarrier } from "./open-carrier.ts";

const load = nobleLoader("@abandonware/noble");
/** What goes wrong is said once, by the command. */
const log = createLog("silent");

const exitCode = await runPhone(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  connect: (via, adapter) => {
    const ble = new BleTransport(systemClock, log, [adapter], load);
    return openCarrier(new Transports({ tcp: new TcpTransport(systemClock), ble }), via);
  },
  clock: systemClock,
  random: systemRandom,
  suite: opensslSuite,
});
// Everything has ended but noble, which looks after its adapter for good.
process.exit(exitCode);
