import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../protocol-error.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "./bytes.ts";
import { type Cbor, encodeCbor } from "./cbor.ts";
import { type CommandName, decodeCommand } from "./commands.ts";
import { Reason } from "./reason.ts";
import { decodeResponse, encodeRefusal, encodeResponse, Flag, type Responses } from "./responses.ts";

const { exchanges } = lk1Vectors<{ exchanges: { name: string; command: string; response: string }[] }>("commands");

const CHALLENGE = new Uint8Array(8).fill(7);
const HEAD = new Uint8Array(16);

const everyResponse: Responses = {
  status: {
    epoch: 3,
    seq: 16,
    head: HEAD,
    time: 1799280000,
    flags: 255,
    challenge: CHALLENGE,
    batteryMillivolt: 4100,
    temperatureC: -21,
    rosterDigest: new Uint8Array(32),
  },
  act: { flags: 0, seq: 19, challenge: CHALLENGE },
  readLog: { firstSeq: 1, records: new Uint8Array(48 * 20) },
  ackLog: {},
  logHead: { document: new Uint8Array(136) },
  rosterBegin: {},
  grantPut: {},
  rosterCommit: { epoch: 4 },
  time: { time: 1799280000, challenge: CHALLENGE },
  timeHint: { time: 1799280000, challenge: CHALLENGE },
  firmwareBegin: { offset: 512 },
  firmwareBlock: { nextOffset: 1024 },
  firmwareApply: {},
  identify: {},
  unpair: { challenge: CHALLENGE },
  grantList: { entries: [1, 2, 3].map((id) => ({ id: new Uint8Array(8).fill(id), shortHash: CHALLENGE })) },
  grantDrop: {},
};
const names = Object.keys(everyResponse) as CommandName[];

const assertRefused = (name: CommandName, elements: Cbor) =>
  assert.throws(
    () => decodeResponse(name, encodeCbor(elements)),
    (error) => error instanceof ProtocolError && error.code === "malformed",
    `${name} ${JSON.stringify(elements)}`,
  );

test("the responses of lk1.json are read and written again byte for byte", () => {
  for (const { name, command, response } of exchanges) {
    const decoded = decodeCommand(hex(command));
    if (!decoded.ok) {
      assert.equal(toHex(encodeRefusal({ reason: decoded.reason as 2 })), response, name);
      continue;
    }
    const commandName = decoded.value.name;
    assert.equal(toHex(encodeResponse(commandName, decodeResponse(commandName, hex(response)))), response, name);
  }
});

test("every response comes out as it went in", () => {
  for (const name of names) {
    const response = { ok: true, value: everyResponse[name] } as const;
    assert.deepEqual(decodeResponse(name, encodeResponse(name, response)), response);
  }
});

test("an element too few or too many is malformed", () => {
  for (const name of names) {
    const bytes = encodeResponse(name, { ok: true, value: everyResponse[name] });
    assert.throws(() => decodeResponse(name, Uint8Array.of(bytes[0]! + 1, ...bytes.subarray(1), 0)), ProtocolError);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeResponse(name, bytes.subarray(0, length)), ProtocolError);
    }
    if (bytes.length > 2) assertRefused(name, [0]);
  }
});

test("only ACT, TIME and UNPAIR are refused with the next challenge", () => {
  for (const name of names) {
    const alone = { ok: false, refusal: { reason: Reason.notAllowed } } as const;
    assert.deepEqual(decodeResponse(name, encodeResponse(name, alone)), alone);
    const withChallenge = { ok: false, refusal: { reason: Reason.staleChallenge, challenge: CHALLENGE } } as const;
    if (["act", "time", "unpair"].includes(name)) {
      assert.deepEqual(decodeResponse(name, encodeResponse(name, withChallenge)), withChallenge);
    } else {
      assertRefused(name, [7, CHALLENGE]);
    }
  }
});

test("unknown reasons, and shapes that no lock sends, are malformed", () => {
  assertRefused("identify", [31]);
  assertRefused("identify", [-1]);
  assertRefused("identify", []);
  assertRefused("identify", 0);
  assertRefused("act", [7, new Uint8Array(7)]);
  assertRefused("act", [7, CHALLENGE, 0]);
  assertRefused("act", [0, 256, 1, CHALLENGE]);
  assertRefused("readLog", [0, 0, new Uint8Array(0)]);
  assertRefused("readLog", [0, 1, new Uint8Array(47)]);
  assertRefused("readLog", [0, 1, new Uint8Array(48 * 21)]);
  assertRefused("grantList", [0, new Uint8Array(17)]);
  assertRefused("grantList", [0, new Uint8Array(32)]);
  assertRefused("grantList", [0, new Uint8Array(16 * 49)]);
});

test("the lock's flags are the bits of one byte, in the order of the page", () => {
  assert.deepEqual(Object.values(Flag), [1, 2, 4, 8, 16, 32, 64, 128]);
  const { status } = everyResponse;
  for (const temperatureC of [-273, 1000]) {
    const response = { ok: true, value: { ...status, temperatureC } } as const;
    assert.deepEqual(decodeResponse("status", encodeResponse("status", response)), response);
  }
  const withTemperature = (celsius: number) =>
    assertRefused("status", [0, 3, 16, HEAD, 0, 255, CHALLENGE, 4100, celsius, new Uint8Array(32)]);
  withTemperature(-274);
  withTemperature(1001);
});
