import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import { type AdvertisingScript, advertise } from "../scripted-advertiser.ts";
import { QuietAir } from "../testing/quiet-air.ts";

const SCRIPT: AdvertisingScript = {
  intervalMs: 100,
  kind: "connectable",
  data: fromHex("020106"),
  scanResponse: fromHex("0308616263"),
};

function scene(script: Partial<AdvertisingScript> = {}) {
  const quiet = new QuietAir();
  const [advertiser, scanner] = [quiet.host(), quiet.host()];
  advertise(advertiser.controller, { ...SCRIPT, ...script });
  return { quiet, clock: quiet.clock, advertiser, scanner };
}

test("an active scanner reports advertisement and scan response, with address and strength", () => {
  const { clock, scanner } = scene();
  scanner.scan();
  clock.advance(50);
  const from = { kind: "report", from: "d0:0d:00:00:00:01", strengthDbm: -20 } as const;
  assert.deepEqual(scanner.heardOnly("report"), [
    { ...from, type: 0, data: "020106" },
    { ...from, type: 4, data: "0308616263" },
  ]);
});

test("a passive scanner reports no scan response", () => {
  const { clock, scanner } = scene();
  scanner.scan({ isActive: false });
  clock.advance(1_000);
  assert.deepEqual(new Set(scanner.heardOnly("report").map(({ type }) => type)), new Set([0]));
});

test("what can not be connected to is reported as such", () => {
  for (const [kind, types] of [
    ["scannable", [2, 4]],
    ["non-connectable", [3]],
  ] as const) {
    const { clock, scanner } = scene({ kind });
    scanner.scan();
    clock.advance(50);
    assert.deepEqual(
      scanner.heardOnly("report").map(({ type }) => type),
      types,
    );
  }
});

test("an advertising event comes at the interval and 0 to 10 ms more, by chance", () => {
  const { clock, scanner } = scene();
  scanner.scan({ isActive: false });
  const times: number[] = [];
  for (let ms = 0; ms < 20_000; ms++) {
    clock.advance(1);
    if (scanner.heardOnly("report").length > 0) times.push(ms);
  }
  const gaps = times.slice(1).map((ms, n) => ms - times[n]!);
  assert.ok(Math.min(...gaps) >= 99 && Math.max(...gaps) <= 111, `${gaps}`);
  assert.ok(new Set(gaps).size >= 10);
});

test("a filter of duplicates lets each type of report through once for each start of the scan", () => {
  const { clock, scanner } = scene();
  for (const _ of [1, 2]) {
    scanner.scan({ filtersDuplicates: true });
    clock.advance(1_000);
    assert.deepEqual(
      scanner.heardOnly("report").map(({ type }) => type),
      [0, 4],
    );
    scanner.stopScanning();
  }
});

test("a scanner hears in its window alone", () => {
  const { clock, scanner } = scene({ intervalMs: 20 });
  scanner.scan({ isActive: false, interval: 0x400, window: 0x200 });
  clock.advance(319);
  assert.ok(scanner.heardOnly("report").length >= 10);
  clock.advance(1);
  scanner.heard();
  clock.advance(319);
  assert.deepEqual(scanner.heard(), []);
  clock.advance(319);
  assert.ok(scanner.heardOnly("report").length >= 10);
});

test("nothing is heard of an advertiser that stopped, or by a scanner that did", () => {
  const { clock, advertiser, scanner } = scene();
  scanner.scan();
  advertiser.command(0x200a, "00");
  scanner.heard();
  clock.advance(1_000);
  assert.deepEqual(scanner.heard(), []);
  advertiser.command(0x200a, "01");
  scanner.stopScanning();
  scanner.heard();
  clock.advance(1_000);
  assert.deepEqual(scanner.heard(), []);
});

test("data set while advertising is heard from the next event on", () => {
  const { clock, advertiser, scanner } = scene();
  scanner.scan({ isActive: false });
  clock.advance(50);
  advertiser.command(0x2008, `03020104${"00".repeat(28)}`);
  scanner.heard();
  clock.advance(120);
  assert.deepEqual(
    scanner.heardOnly("report").map(({ data }) => data),
    ["020104"],
  );
});

test("parameters can not be set while they are in use", () => {
  const { advertiser, scanner } = scene();
  advertiser.command(0x2006, "a000a0000000000000000000000700");
  assert.deepEqual(advertiser.heardOnly("complete").at(-1), refusal(0x2006));
  scanner.scan();
  scanner.command(0x200b, "01120012000000");
  assert.deepEqual(scanner.heardOnly("complete").at(-1), refusal(0x200b));
});

test("nobody hears itself", () => {
  const { clock, advertiser } = scene();
  advertiser.scan();
  advertiser.heard();
  clock.advance(1_000);
  assert.deepEqual(advertiser.heard(), []);
});

test("each advertising event is counted", () => {
  const { clock, advertiser } = scene();
  clock.advance(10_000);
  const { advertisingEvents } = advertiser.controller.activity;
  assert.ok(advertisingEvents >= 90 && advertisingEvents <= 101, `${advertisingEvents}`);
});

function refusal(opcode: number) {
  return { kind: "complete", opcode, status: 0x0c, values: [] };
}
