import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import type { Log } from "../log.ts";
import { runUntil } from "../testing/run-until.ts";
import type { Noble } from "./ble/noble.ts";
import { BleTransport, nobleLoader } from "./ble.ts";

const VIA = "ble:0a1b2c3d4e5f6071";
const SYNC = { urgency: "sync" } as const;
const HOUR_MS = 3_600_000;

function transport(t: TestContext, load: () => Noble) {
  const clock = new VirtualClock();
  const warnings: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (_fields, sentence) => warnings.push(sentence),
    error() {},
    child: () => log,
  };
  let loads = 0;
  const ble = new BleTransport(clock, log, ["hci0"], () => {
    loads++;
    return load();
  });
  t.after(() => runUntil(clock, ble.close()));
  return { clock, ble, warnings, loads: () => loads };
}

/** As where the kernel has no Bluetooth. */
function noBluetooth(): Noble {
  throw Object.assign(new Error("EAFNOSUPPORT, Address family not supported by protocol"), { code: "EAFNOSUPPORT" });
}

test("nothing is loaded before a lock on Bluetooth is asked for", async (t) => {
  const { clock, ble, loads } = transport(t, noBluetooth);
  await clock.advanceAsync(HOUR_MS);
  assert.equal(loads(), 0);
  assert.equal(ble.describe("0a1b2c3d4e5f6071"), undefined);
  assert.deepEqual(ble.adapters(), []);
});

test("a machine without Bluetooth says so in one sentence, once, and goes on looking, ever more rarely", async (t) => {
  const { clock, ble, warnings, loads } = transport(t, noBluetooth);
  const sentence =
    "Bluetooth adapter hci0: it can not be used (EAFNOSUPPORT, Address family not supported by protocol).";
  await assert.rejects(runUntil(clock, ble.open(VIA, SYNC)), { name: "TransportError", message: sentence });
  assert.equal(ble.describe("0a1b2c3d4e5f6071"), sentence);
  assert.deepEqual(ble.adapters(), [{ name: "hci0", trouble: sentence }]);
  await clock.advanceAsync(24 * HOUR_MS);
  assert.deepEqual(warnings, [sentence]);
  assert(loads() > 10 && loads() < 40, `${loads()}`);
});

for (const library of ["@abandonware/noble", "@stoprocent/noble"] as const) {
  test(`where ${library} finds no adapter, its loading or its beginning fails, and nothing is thrown later`, async (t) => {
    const { clock, ble } = transport(t, () => nobleLoader(library)("hci999"));
    await assert.rejects(runUntil(clock, ble.open(VIA, SYNC)), { name: "TransportError", code: "unreachable" });
    assert.match(ble.adapters()[0]!.trouble!, /^Bluetooth adapter hci0: /);
  });
}

test("an order that nobody waits for any more is let go at once", async (t) => {
  const { clock, ble } = transport(t, noBluetooth);
  const stopping = new AbortController();
  const opening = ble.open(VIA, { urgency: "unlock", signal: stopping.signal });
  const failure = assert.rejects(opening, { message: "stopping" });
  stopping.abort(new Error("stopping"));
  await failure;
  assert.equal(clock.monotonicMs(), 0);
});
