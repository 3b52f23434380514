import assert from "node:assert/strict";
import { test } from "node:test";
import { QuietAir } from "../testing/quiet-air.ts";

/** What noble (both forks) and bleno send when they start. */
const START_COMMANDS: [name: string, opcode: number, parameters: string, values: string][] = [
  ["Reset", 0x0c03, "", ""],
  ["Set Event Mask", 0x0c01, "fffffbff07f8bf3d", ""],
  ["LE Set Event Mask", 0x2001, "1f00000000000000", ""],
  ["Read Local Version Information", 0x1001, "", "080000 08 ffff 0000"],
  ["Write LE Host Support", 0x0c6d, "0100", ""],
  ["Read LE Host Support", 0x0c6c, "", "0100"],
  ["LE Read Local Supported Features", 0x2003, "", "2000000000000000"],
  ["LE Read Maximum Data Length", 0x202f, "", "fb00 4808 fb00 4808"],
  ["LE Read Buffer Size", 0x2002, "", "fb00 08"],
  ["Read BD_ADDR", 0x1009, "", "010000000dd0"],
  ["LE Set Scan Enable", 0x200c, "0001", ""],
  ["LE Set Scan Parameters", 0x200b, "01120012000000", ""],
  ["LE Set Advertising Enable", 0x200a, "00", ""],
  ["LE Set Advertising Parameters", 0x2006, "a000a0000000000000000000000700", ""],
  ["LE Set Scan Response Data", 0x2009, "00".repeat(32), ""],
  ["LE Set Advertising Data", 0x2008, `1f${"00".repeat(31)}`, ""],
];

for (const [name, opcode, parameters, values] of START_COMMANDS) {
  test(`${name} is answered`, () => {
    const host = new QuietAir().host();
    host.command(opcode, parameters);
    const bytes = [...Buffer.from(values.replaceAll(" ", ""), "hex")];
    assert.deepEqual(host.heard(), [{ kind: "complete", opcode, status: 0, values: bytes }]);
  });

  test(`${name} of a wrong length is refused and does nothing`, () => {
    const host = new QuietAir().host();
    host.command(opcode, `${parameters}00`);
    assert.deepEqual(host.heard(), [{ kind: "complete", opcode, status: 0x12, values: [] }]);
  });
}

const COMMANDS_OF_BLUETOOTH_5: [name: string, opcode: number][] = [
  ["LE Set Default PHY", 0x2031],
  ["LE Set Extended Advertising Parameters", 0x2036],
  ["LE Set Extended Scan Parameters", 0x2041],
  ["LE Set Extended Scan Enable", 0x2042],
  ["LE Extended Create Connection", 0x2043],
];

for (const [name, opcode] of COMMANDS_OF_BLUETOOTH_5) {
  test(`${name} is unknown`, () => {
    const host = new QuietAir().host();
    host.command(opcode);
    assert.deepEqual(host.heard(), [{ kind: "complete", opcode, status: 0x01, values: [] }]);
  });
}

test("advertising data of more than 31 bytes is refused", () => {
  const host = new QuietAir().host();
  for (const opcode of [0x2008, 0x2009]) {
    host.command(opcode, `20${"00".repeat(31)}`);
    assert.deepEqual(host.heard(), [{ kind: "complete", opcode, status: 0x12, values: [] }]);
  }
});

test("a packet that is no command and no data is dropped", () => {
  const host = new QuietAir().host();
  for (const h4 of [[], [1], [1, 3, 12], [1, 3, 12, 1], [3, 0, 0, 0], [4, 14, 0], [2, 0x40, 0, 5, 0, 1]])
    host.controller.hostPacket(Uint8Array.from(h4));
  assert.deepEqual(host.heard(), []);
});
