import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "./bytes.ts";
import { type Cbor, encodeCbor } from "./cbor.ts";
import { type Command, decodeCommand, encodeCommand } from "./commands.ts";
import { Reason } from "./reason.ts";

const { exchanges } = lk1Vectors<{ exchanges: { name: string; command: string }[] }>("commands");

const ID = new Uint8Array(8).fill(1);
const DOCUMENT = new Uint8Array(100);
const MALFORMED = { ok: false, reason: Reason.malformed };

const everyCommand: Record<Command["name"], Command> = {
  status: { name: "status" },
  act: { name: "act", action: 1, grant: ID, order: DOCUMENT },
  readLog: { name: "readLog", fromSeq: 1, max: 20, generation: 0 },
  ackLog: { name: "ackLog", receipt: DOCUMENT },
  logHead: { name: "logHead", nonce: new Uint8Array(16), generation: 7 },
  rosterBegin: { name: "rosterBegin", roster: DOCUMENT },
  grantPut: { name: "grantPut", grants: [DOCUMENT, DOCUMENT] },
  rosterCommit: { name: "rosterCommit" },
  time: { name: "time", token: DOCUMENT },
  timeHint: { name: "timeHint", time: 1799280000 },
  firmwareBegin: { name: "firmwareBegin", manifest: DOCUMENT },
  firmwareBlock: { name: "firmwareBlock", offset: 512, bytes: new Uint8Array(512) },
  firmwareApply: { name: "firmwareApply" },
  identify: { name: "identify" },
  unpair: { name: "unpair", order: DOCUMENT },
  grantList: { name: "grantList", after: new Uint8Array(8) },
  grantDrop: { name: "grantDrop", ids: [ID] },
};

test("the commands of lk1.json are read and written again byte for byte", () => {
  for (const { name, command } of exchanges) {
    if (name === "unknown command") continue;
    const decoded = decodeCommand(hex(command));
    assert.ok(decoded.ok, name);
    assert.equal(toHex(encodeCommand(decoded.value)), command, name);
  }
});

test("every command comes out as it went in", () => {
  for (const command of Object.values(everyCommand)) {
    assert.deepEqual(decodeCommand(encodeCommand(command)), { ok: true, value: command });
  }
});

test("an unknown code is reason 2, whatever its elements", () => {
  for (const elements of [[0], [17], [99], [99, 1, "a"]]) {
    assert.deepEqual(decodeCommand(encodeCbor(elements)), { ok: false, reason: Reason.unknownCommand });
  }
});

test("one element too few or too many is reason 1", () => {
  for (const command of Object.values(everyCommand)) {
    const bytes = encodeCommand(command);
    const longer = Uint8Array.of(bytes[0]! + 1, ...bytes.subarray(1), 0);
    assert.deepEqual(decodeCommand(longer), MALFORMED, command.name);
    const { generation: _, ...shortest } = { generation: undefined, ...command };
    const needed = encodeCommand(shortest as Command);
    for (let length = 0; length < needed.length; length++) {
      assert.deepEqual(decodeCommand(needed.subarray(0, length)), MALFORMED, command.name);
    }
  }
});

test("elements of another type, length or range are reason 1", () => {
  const cases: Cbor[] = [
    1,
    [],
    ["status"],
    new Map([[1, 1]]),
    [-1],
    [2n ** 32n],
    [2, 0, ID, DOCUMENT],
    [2, 8, ID, DOCUMENT],
    [2, 1, 8, DOCUMENT],
    [2, 1, ID],
    [3, 0, 1],
    [3, 1, 0],
    [3, 1, 1, ID],
    [3, 1, 1, 1, 1],
    [3, 1, 2n ** 32n],
    [4, "receipt"],
    [5, new Uint8Array(15)],
    [5, new Uint8Array(17)],
    [7, DOCUMENT],
    [7, []],
    [7, [1]],
    [9, "now"],
    [9, -1],
    [11, 0, new Uint8Array(513)],
    [15, new Uint8Array(7)],
    [16, ID],
    [16, []],
    [16, [new Uint8Array(7)]],
  ];
  for (const elements of cases) assert.deepEqual(decodeCommand(encodeCbor(elements)), MALFORMED, inspect(elements));
});

test("bytes that are not strict CBOR are reason 1", () => {
  for (const bytes of ["", "8118 01", "9f01ff", "810100", "f6"]) {
    assert.deepEqual(decodeCommand(hex(bytes.replace(" ", ""))), MALFORMED);
  }
});
