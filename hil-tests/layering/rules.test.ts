import assert from "node:assert/strict";
import { test } from "node:test";
import * as ambient from "./ambient.ts";
import * as rules from "./rules.ts";
import { readSource } from "./source-file.ts";

/** What a rule says of a project of these files, path → text. */
function judge(rule: rules.Rule, files: Record<string, string>): string[] {
  return rule(Object.entries(files).map(([path, text]) => readSource(path, text)));
}

const FORBIDDEN: { what: string; rule: rules.Rule; files: Record<string, string> }[] = [
  {
    what: "crypto that knows LK1",
    rule: rules.partsPointOneWay,
    files: { "crypto/noble.ts": 'import { concat } from "../protocol/wire/bytes.ts";' },
  },
  {
    what: "a gateway that reaches into the emulator",
    rule: rules.partsPointOneWay,
    files: { "gateway/link/lock-link.test.ts": 'import { Lock } from "../../lock-sim/lock.ts";' },
  },
  {
    what: "an emulator that reaches into the gateway",
    rule: rules.partsPointOneWay,
    files: { "lock-sim/port/tcp.ts": 'import type { Channel } from "../../gateway/transport/channel.ts";' },
  },
  {
    what: "a product that needs hil-tests",
    rule: rules.partsPointOneWay,
    files: { "lock-sim/lock.test.ts": 'import { NullModem } from "../hil-tests/null-modem.ts";' },
  },
  {
    what: "an issuer that knows the store",
    rule: rules.issuerStandsAlone,
    files: { "gateway/issuer/local-issuer.ts": 'import { Database } from "../store/database.ts";' },
  },
  {
    what: "firmware that uses Node",
    rule: rules.firmwareTouchesOnlyItsHal,
    files: { "lock-sim/firmware/cells.ts": 'import { readFileSync } from "node:fs";' },
  },
  {
    what: "firmware that picks its crypto",
    rule: rules.firmwareTouchesOnlyItsHal,
    files: { "lock-sim/firmware/slots.ts": 'import { nobleSuite } from "../../crypto/noble.ts";' },
  },
  {
    what: "firmware that sees through the hardware",
    rule: rules.firmwareTouchesOnlyItsHal,
    files: { "lock-sim/firmware/storage/cells.ts": 'import { MemoryFlash } from "../../hardware/memory-flash.ts";' },
  },
  {
    what: "firmware that waits",
    rule: rules.firmwareWaitsForNothing,
    files: { "lock-sim/firmware/firmware.ts": "export async function tick() {}" },
  },
  {
    what: "a protocol that does input and output",
    rule: rules.protocolIsPure,
    files: { "protocol/wire/cbor.ts": 'import { createSocket } from "node:dgram";' },
  },
  {
    what: "a second importer of SQLite",
    rule: rules.packagesHaveTheirImporters,
    files: { "gateway/store/lock-store.ts": 'import Sqlite from "better-sqlite3";' },
  },
  {
    what: "a product that ships testing code",
    rule: rules.productsNeedNoTestingCode,
    files: { "gateway/gateway.ts": 'import { SeededRandom } from "../protocol/testing/seeded-random.ts";' },
  },
  {
    what: "a test that others import",
    rule: rules.productsNeedNoTestingCode,
    files: { "gateway/gateway.ts": 'import { fake } from "./gateway.test.ts";' },
  },
  {
    what: "an import of a file that is not there",
    rule: rules.importedFilesExist,
    files: { "crypto/noble.ts": 'import { x } from "./x.ts";' },
  },
  {
    what: "a barrel",
    rule: rules.noBarrels,
    files: { "protocol/wire/all.ts": 'export * from "./bytes.ts";' },
  },
  {
    what: "a circle of imports",
    rule: rules.noCycles,
    files: {
      "protocol/a.ts": 'import { b } from "./b.ts";',
      "protocol/b.ts": 'import { c } from "./c.ts";',
      "protocol/c.ts": 'import type { A } from "./a.ts";',
    },
  },
  {
    what: "a file that reads the clock by itself",
    rule: ambient.timeAndChanceAreArguments,
    files: { "gateway/sync/reconciler.ts": "const at = Date.now();" },
  },
  {
    what: "a date of now",
    rule: ambient.timeAndChanceAreArguments,
    files: { "gateway/log.ts": "const at = new Date();" },
  },
  {
    what: "a test that sleeps",
    rule: ambient.timeAndChanceAreArguments,
    files: { "gateway/gateway.test.ts": 'import { setTimeout } from "node:timers/promises";' },
  },
  {
    what: "chance drawn on the spot",
    rule: ambient.timeAndChanceAreArguments,
    files: { "gateway/link/backoff.ts": "const jitter = Math.random();" },
  },
  {
    what: "keys drawn on the spot",
    rule: ambient.timeAndChanceAreArguments,
    files: { "gateway/issuer/local-issuer.ts": 'import crypto from "node:crypto"; crypto.randomBytes(32);' },
  },
  {
    what: "keys drawn by a name of their own",
    rule: ambient.timeAndChanceAreArguments,
    files: { "gateway/issuer/local-issuer.ts": 'import { randomBytes } from "node:crypto";' },
  },
  {
    what: "the machine's clock taken outside a composition root",
    rule: ambient.onlyMainsOpenTheDoors,
    files: { "gateway/gateway.ts": 'import { systemClock } from "../protocol/system-clock.ts";' },
  },
];

for (const { what, rule, files } of FORBIDDEN) {
  test(`${what} is found`, () => assert.notDeepEqual(judge(rule, files), []));
}

test("what the rules allow is let be", () => {
  const files = {
    "crypto/noble.ts": 'import { ccm } from "@noble/ciphers/aes.js"; import type { Suite } from "./suite.ts";',
    "crypto/suite.ts": "",
    "protocol/system-clock.ts": "export const systemClock = { wallMs: () => Date.now() };",
    "protocol/testing/virtual-clock.ts": "setImmediate(() => undefined);",
    "gateway/log.ts": "const at = new Date(clock.wallMs()); // not Date.now()",
    "gateway/main.ts": 'import { systemClock } from "../protocol/system-clock.ts";',
    "gateway/store/database.ts": 'import Sqlite from "better-sqlite3";',
    "gateway/main.test.ts": 'import { VirtualClock } from "../protocol/testing/virtual-clock.ts";',
    "lock-sim/firmware/slots.ts": 'import type { Suite } from "../../crypto/suite.ts";',
    "lock-sim/firmware/slots.test.ts":
      'import test from "node:test"; import { nobleSuite } from "../../crypto/noble.ts";',
    "hil-tests/stairwell/main.ts": 'import { systemClock } from "../../protocol/system-clock.ts";',
  };
  const found = [...Object.values(rules), ...Object.values(ambient)]
    .filter((rule) => rule !== rules.isTestOnly)
    .flatMap((rule) => judge(rule as rules.Rule, files));
  assert.deepEqual(found, []);
});
