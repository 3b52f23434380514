import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fromHex } from "../protocol/wire/bytes.ts";
import { loadConfig, loadConfigToRun, parseConfig } from "./config.ts";
import { ConfigError } from "./config-table.ts";

const read = (text: string) => parseConfig(text, "portvakt.toml", "/etc/portvakt");

function assertRefused(text: string, sentence: string): void {
  assert.throws(
    () => read(text),
    (error) => error instanceof ConfigError && error.message === `portvakt.toml${sentence}`,
    sentence,
  );
}

test("everything has a default", () => {
  assert.deepEqual(read(""), {
    data: "/etc/portvakt/portvakt-data",
    api: { host: "127.0.0.1", port: 8080, allowPlainHttp: false, openMetricsHere: false },
    serial: [],
    ble: { library: "@abandonware/noble", adapters: ["hci0"] },
    sync: { pollMs: 5000 },
    site: { tz: "CET-1CEST,M3.5.0,M10.5.0/3", staleAfterDays: 0 },
    store: { quotaMib: 4096, ballastMib: 16, keepDays: 14 },
    log: { level: "info" },
  });
});

test("every key is read, and relative paths count from the file", () => {
  const text = `
    data = "here"
    [api]
    listen = "[::1]:9000"
    [[serial]]
    path = "/dev/ttyUSB0"
    [[serial]]
    path = "/dev/ttyUSB1"
    baud = 9600
    [ble]
    library = "@stoprocent/noble"
    adapters = ["hci1", "hci0"]
    [sync]
    poll_ms = 250
    [site]
    tz = "EST5EDT,M3.2.0,M11.1.0"
    stale_after_days = 14
    [store]
    quota_mib = 512
    ballast_mib = 0
    keep_days = 30
    [uplink]
    url = "https://example.org/events"
    ca_file = "ca.pem"
    token_file = "/run/token"
    batch_max = 10
    [log]
    level = "debug"
  `;
  assert.deepEqual(read(text), {
    data: "/etc/portvakt/here",
    api: { host: "::1", port: 9000, allowPlainHttp: false, openMetricsHere: false },
    serial: [
      { path: "/dev/ttyUSB0", baud: 115_200 },
      { path: "/dev/ttyUSB1", baud: 9600 },
    ],
    ble: { library: "@stoprocent/noble", adapters: ["hci1", "hci0"] },
    sync: { pollMs: 250 },
    site: { tz: "EST5EDT,M3.2.0,M11.1.0", staleAfterDays: 14 },
    store: { quotaMib: 512, ballastMib: 0, keepDays: 30 },
    uplink: {
      kind: "http",
      url: "https://example.org/events",
      caFile: "/etc/portvakt/ca.pem",
      auth: { kind: "token", tokenFile: "/run/token" },
      batchMax: 10,
      hasReports: true,
      askEveryMs: 15_000,
    },
    log: { level: "debug" },
  });
});

test("a gateway that holds no key takes no commands to sign", () => {
  const fleet = `issuer = "remote"\n[fleet]\nissuer_key = "02${"11".repeat(32)}"\n`;
  const mqtt = '[uplink]\nkind = "mqtt"\nurl = "mqtts://broker.example"\nsite = "s"\n';
  assert(read(fleet + mqtt).fleet);
  const sentence = ": uplink.commands is for a gateway that signs orders itself: in a fleet their bearers do";
  assertRefused(`${fleet}${mqtt}commands = true`, sentence);
});

test("an unknown key is refused with the nearest name", () => {
  assertRefused('dta = "x"', ': dta is not a known key; did you mean "data"?');
  assertRefused('[api]\nlisen = "x"', ': api.lisen is not a known key; did you mean "listen"?');
  assertRefused('[[serial]]\npath = "a"\nboud = 1', ': serial[0].boud is not a known key; did you mean "baud"?');
});

test("a value of the wrong kind is refused with its key", () => {
  assertRefused("data = 1", ": data must be a text");
  assertRefused('[api]\nlisten = "8080"', ': api.listen must be HOST:PORT, like "127.0.0.1:8080"; it is "8080"');
  assertRefused('[api]\nallow_plain_http = "yes"', ": api.allow_plain_http must be true or false");
  assertRefused("serial = 1", ": serial must be tables, one for each: [[serial]]");
  assertRefused("[[serial]]\nbaud = 9600", ": serial[0].path is missing");
  assertRefused('[[serial]]\npath = "a"\nbaud = 1.5', ": serial[0].baud must be a whole number from 300 to 4000000");
  assertRefused('[ble]\nlibrary = "noble"', ': ble.library must be "@abandonware/noble" or "@stoprocent/noble"');
  assertRefused('[ble]\nadapters = "hci0"', ": ble.adapters must be a list of texts");
  assertRefused('[ble]\nadapters = ["usb"]', ': ble.adapters must be names like "hci0"; one is "usb"');
  assertRefused('[ble]\nadapters = ["hci0", "hci0"]', ": ble.adapters names one twice");
  for (const tz of ["Europe/Stockholm", "CET-1CEST", `<${"A".repeat(62)}>0`]) {
    const sentence = `must be a POSIX TZ with its rules, like "CET-1CEST,M3.5.0,M10.5.0/3"; it is "${tz}"`;
    assertRefused(`[site]\ntz = "${tz}"`, `: site.tz ${sentence}`);
  }
  assertRefused('[log]\nlevel = "loud"', ': log.level must be "debug" or "info" or "warn" or "error" or "silent"');
  assertRefused("api = 1", ": api must be a table: [api]");
});

test("an address that others can reach is refused unless plain HTTP is allowed", () => {
  const sentence =
    ": api.listen is reachable from outside, and the API speaks plain HTTP; set allow_plain_http = true if that is meant";
  assertRefused('[api]\nlisten = "0.0.0.0:8080"', sentence);
  assertRefused('[api]\nlisten = "[::]:8080"', sentence);
  assertRefused('[api]\nlisten = "192.168.1.5:8080"', sentence);
  assert.equal(read('[api]\nlisten = "0.0.0.0:80"\nallow_plain_http = true').api.host, "0.0.0.0");
  for (const host of ["localhost", "127.0.0.2", "[::1]"]) read(`[api]\nlisten = "${host}:1"`);
});

test("a file that is no TOML is refused with line and column", () => {
  assert.throws(() => read("data ="), /^ConfigError: portvakt\.toml:1:\d+: /);
});

test("a file that is not there, or is a directory, is named", () => {
  const directory = mkdtempSync(join(tmpdir(), "portvakt-config-"));
  const missing = join(directory, "none.toml");
  assert.throws(() => loadConfig(missing), new ConfigError(`${missing}: there is no such file`));
  assert.throws(() => loadConfig(directory), new ConfigError(`${directory}: is a directory, not a file`));
  const file = join(directory, "some.toml");
  writeFileSync(file, 'data = "d"');
  assert.equal(loadConfig(file).data, join(directory, "d"));
  rmSync(directory, { recursive: true });
});

const ISSUER_KEY = `02${"ab".repeat(32)}`;

test("an issuer elsewhere is named by its key", () => {
  assert.deepEqual(read(`issuer = "remote"\n[fleet]\nissuer_key = "${ISSUER_KEY}"`).fleet, {
    issuerKey: fromHex(ISSUER_KEY),
    revokeShareMaxPercent: 50,
  });
});

test("an issuer elsewhere needs its key, and one here has no fleet", () => {
  assertRefused('issuer = "remote"', ": fleet.issuer_key is missing");
  assertRefused(
    'issuer = "remote"\n[fleet]\nissuer_key = "02ab"',
    ": fleet.issuer_key must be the issuer's public key: 66 hexadecimal digits that begin with 02 or 03",
  );
  assertRefused(
    `[fleet]\nissuer_key = "${ISSUER_KEY}"`,
    ': fleet is for a gateway whose issuer is elsewhere: issuer = "remote"',
  );
  assertRefused('issuer = "far"', ': issuer must be "local" or "remote"');
});

test("a daemon does not go by the defaults beside a portvakt.toml that nobody named", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-"));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal(loadConfigToRun(undefined, folder).api.port, 8080);
  const file = join(folder, "portvakt.toml");
  writeFileSync(file, '[api]\nlisten = "127.0.0.1:9000"\n');
  assert.throws(() => loadConfigToRun(undefined, folder), ConfigError);
  assert.equal(loadConfigToRun(file, folder).api.port, 9000);
});
