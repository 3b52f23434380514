#!/usr/bin/env node
import { opensslSuite } from "../../crypto/openssl.ts";
import { systemClock } from "../../protocol/system-clock.ts";
import { systemRandom } from "../../protocol/system-random.ts";
import { runPhone } from "./cli.ts";
import { openTcpCarrier } from "./tcp-carrier.ts";

process.exitCode = await runPhone(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  connect: (hostAndPort) => openTcpCarrier(systemClock, hostAndPort),
  clock: systemClock,
  random: systemRandom,
  suite: opensslSuite,
});
