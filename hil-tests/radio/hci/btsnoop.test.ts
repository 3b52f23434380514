import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { concat, fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { QuietAir } from "../testing/quiet-air.ts";
import { BtsnoopTrace } from "./btsnoop.ts";

const MIDNIGHT_2000 = Date.UTC(2000, 0, 1);

test("a trace is a btsnoop file of H4 packets, with direction, kind and microseconds since the year 0", () => {
  const written: Uint8Array[] = [];
  const clock = new VirtualClock(MIDNIGHT_2000);
  const trace = new BtsnoopTrace(clock, (bytes) => written.push(bytes));
  trace.record("from-host", fromHex("01030c00"));
  clock.advance(1.25);
  trace.record("to-host", fromHex("02402000"));
  assert.equal(
    toHex(concat(...written)),
    [
      "6274736e6f6f7000 00000001 000003ea",
      "00000004 00000004 00000002 00000000 00e03ab44a676000 01030c00",
      "00000004 00000004 00000001 00000000 00e03ab44a6764e2 02402000",
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

test("Wireshark finds nothing malformed in the trace of a connection's life", (t) => {
  const written: Uint8Array[] = [];
  const quiet = new QuietAir();
  const central = quiet.host({ trace: new BtsnoopTrace(quiet.clock, (bytes) => written.push(bytes)) });
  const [peripheral, absent] = [quiet.host(), quiet.host()];
  central.command(0x0c03);
  for (const opcode of [0x1001, 0x1009, 0x2002, 0x2003, 0x202f, 0x0c6c, 0x2041]) central.command(opcode);
  central.command(0x2001, "5f00000000000000");
  peripheral.command(0x2008, `03020106${"00".repeat(28)}`);
  peripheral.command(0x2009, `0605096563686f${"00".repeat(25)}`);
  peripheral.command(0x200a, "01");
  central.scan();
  quiet.clock.advance(2_000);
  central.stopScanning();
  peripheral.command(0x200a, "00");
  const { centralHandle, peripheralHandle } = quiet.link(central, peripheral);
  central.command(0x2022, "4000fb004808");
  // ATT: Exchange MTU Request and Response, Find Information Request, Write Request in two pieces.
  central.data(centralHandle, "0300040002f700");
  peripheral.data(peripheralHandle, "0300040003f700");
  central.data(centralHandle, "05000400040100ffff");
  central.data(centralHandle, `2b000400120300${"aa".repeat(40)}`);
  central.command(0x2013, "40005000500000009001 0000 0000");
  central.command(0x1405, "4000");
  quiet.clock.advance(1_000);
  central.disconnect(centralHandle);
  quiet.clock.advance(500);
  central.connect(absent.controller);
  central.command(0x200e);

  const packets = asWiresharkSees(concat(...written), t);
  if (packets === "no tshark") {
    t.skip("there is no tshark here");
    return;
  }
  const wrong = packets.filter(({ malformed, severity }) => malformed !== "" || Number(severity) >= WIRESHARK_ERROR);
  assert.deepEqual(wrong, []);
  const seen = (columns: Partial<Packet>) =>
    packets.some((packet) => Object.entries(columns).every(([name, value]) => packet[name as keyof Packet] === value));
  for (const columns of [
    { leEvent: "0x01", role: "0x00" },
    { leEvent: "0x02", name: "echo" },
    { leEvent: "0x03" },
    { leEvent: "0x07" },
    { event: "0x05", reason: "0x16" },
    { event: "0x13" },
    { attOpcode: "0x03", mtu: "247" },
  ])
    assert.ok(seen(columns), `no packet has ${JSON.stringify(columns)}`);
});

/** PI_ERROR of Wireshark's expert information; below it are hints, as that nobody answered a request. */
const WIRESHARK_ERROR = 0x800000;

const FIELDS = {
  malformed: "_ws.malformed",
  severity: "_ws.expert.severity",
  event: "bthci_evt.code",
  leEvent: "bthci_evt.le_meta_subevent",
  role: "bthci_evt.role",
  reason: "bthci_evt.reason",
  name: "btcommon.eir_ad.entry.device_name",
  attOpcode: "btatt.opcode",
  mtu: "btatt.server_rx_mtu",
};

type Packet = Record<keyof typeof FIELDS, string>;

/** Those fields of each packet as tshark prints them, "" where it has none. */
function asWiresharkSees(trace: Uint8Array, t: TestContext): Packet[] | "no tshark" {
  const folder = mkdtempSync(join(tmpdir(), "btsnoop-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "trace.btsnoop");
  writeFileSync(file, trace);
  const fields = Object.values(FIELDS).flatMap((field) => ["-e", field]);
  const { error, status, stdout } = spawnSync("tshark", ["-r", file, "-T", "fields", ...fields], { encoding: "utf8" });
  if (error) return "no tshark";
  assert.equal(status, 0);
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  const names = Object.keys(FIELDS);
  return rows.map((row) => Object.fromEntries(names.map((name, n) => [name, row[n] ?? ""])) as Packet);
}
