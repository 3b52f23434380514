import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments, UsageError } from "./arguments.ts";

function refusal(...args: string[]): string {
  try {
    parseArguments(args);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  assert.fail(`${args.join(" ")} is taken`);
}

test("a serial line is point to point at 115200 baud unless told otherwise", () => {
  assert.deepEqual(parseArguments(["--serial", "/dev/ttyUSB0", "--data", "d"])?.carrier, {
    kind: "serial",
    line: { path: "/dev/ttyUSB0", baudRate: 115_200, address: 0 },
  });
  assert.deepEqual(parseArguments(["--serial", "x", "--address", "247", "--baud", "9600", "--data", "d"])?.carrier, {
    kind: "serial",
    line: { path: "x", baudRate: 9600, address: 247 },
  });
});

test("everything that TCP and a rig need is taken", () => {
  assert.deepEqual(
    parseArguments(["--tcp", "0.0.0.0:7001", "--data", "d", "--rig", "[::1]:0", "--model", "M", "--label", "L"]),
    {
      carrier: { kind: "tcp", where: { host: "0.0.0.0", port: 7001 } },
      dataDir: "d",
      label: "L",
      rig: { host: "::1", port: 0 },
      model: "M",
    },
  );
});

test("BLE takes the system's first adapter unless told otherwise", () => {
  assert.deepEqual(parseArguments(["--ble", "--data", "d"])?.carrier, { kind: "ble", adapter: undefined });
  assert.deepEqual(parseArguments(["--ble", "--adapter", "hci1", "--data", "d"])?.carrier, {
    kind: "ble",
    adapter: "hci1",
  });
});

test("help is asked for and not an error", () => {
  assert.equal(parseArguments(["--help"]), undefined);
});

test("each mistake is named", () => {
  const tcp = ["--tcp", "127.0.0.1:1"];
  assert.equal(refusal("--data", "d"), "one of --ble, --serial and --tcp is needed");
  assert.equal(refusal(...tcp, "--serial", "x", "--data", "d"), "one of --ble, --serial and --tcp is needed");
  assert.equal(refusal("--ble", ...tcp, "--data", "d"), "one of --ble, --serial and --tcp is needed");
  assert.equal(refusal(...tcp, "--data", "d", "--adapter", "hci0"), "--adapter goes with --ble");
  assert.equal(refusal("--ble", "--data", "d", "--adapter", "usb"), "--adapter must be like hci0");
  assert.equal(refusal(...tcp), "--data is missing");
  assert.equal(refusal(...tcp, "--data", "d", "--address", "1"), "--address and --baud go with --serial");
  assert.equal(
    refusal("--serial", "x", "--data", "d", "--address", "248"),
    "--address must be a whole number from 0 to 247",
  );
  assert.equal(
    refusal("--serial", "x", "--data", "d", "--baud", "fast"),
    "--baud must be a whole number from 1 to 4000000",
  );
  assert.equal(refusal("--tcp", "7001", "--data", "d"), "--tcp must be HOST:PORT");
  assert.equal(refusal(...tcp, "--data", "d", "--model", "é".repeat(17)), "--model is longer than 32 bytes");
  assert.equal(refusal(...tcp, "--data", "d", "extra"), "Unexpected argument 'extra'");
});

test("a rig that others could reach is refused", () => {
  for (const rig of ["0.0.0.0:1", "192.168.1.2:1", "[::]:1", "example.org:1"]) {
    assert.match(refusal("--tcp", "127.0.0.1:1", "--data", "d", "--rig", rig), /for this machine alone/, rig);
  }
});
