import assert from "node:assert/strict";
import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import { type Config, DEFAULT_SITE, parseConfig } from "../../../gateway/config.ts";
import { ConfigError } from "../../../gateway/config-table.ts";
import { formatVia, parseVia, ViaError } from "../../../gateway/transport/via.ts";
import { parsePosixTz, utcOffset } from "../../../protocol/access/posix-tz.ts";
import { isWithinWindows } from "../../../protocol/access/schedule.ts";
import { formatLabel, LabelError, parseLabel } from "../../../protocol/documents/label.ts";
import { lk1Vectors } from "../../../protocol/testing/lk1-vectors.ts";
import { ascii } from "../../../protocol/wire/bytes.ts";
import type { Target } from "../engine/target.ts";

const utf8 = new TextDecoder();
const tokens = (...texts: string[]) => texts.map((text) => new TextEncoder().encode(text));

const labels = lk1Vectors<{ encode: { text: string }[]; decode: { typed: string }[]; refused: { typed: string }[] }>(
  "labels",
);

/** What parses prints, and prints the same however it was typed. */
export const label: Target = {
  name: "label",
  seeds: () =>
    tokens(
      ...labels.encode.map(({ text }) => text),
      ...[...labels.decode, ...labels.refused].map(({ typed }) => typed),
    ),
  dictionary: tokens("LK1:", "lk1:", "-", " ", "O", "I", "l", "\u00a0", "ı", "ſ", "İ"),
  inputBytesMax: 120,
  batch: 2000,
  allowed: [LabelError],
  open: () => ({
    execute: (input) => {
      const text = formatLabel(suite, parseLabel(suite, utf8.decode(input)));
      assert.equal(formatLabel(suite, parseLabel(suite, text)), text);
    },
  }),
};

const DAY_SECONDS = 86_400;
const OFFSET_SECONDS_MAX = 26 * 3600;
const TIMES = [0, 1, 4_294_967_295, 1_800_000_000, 1_709_164_800, 1_735_689_599, 951_782_400];

/** A time zone that parses has an offset at any time, and a schedule an answer. */
export const timeZone: Target = {
  name: "time-zone",
  seeds: () =>
    tokens(
      DEFAULT_SITE.tz,
      "UTC0",
      "<+0330>-3:30",
      "EST5EDT,M3.2.0,M11.1.0",
      "NZST-12NZDT,M9.5.0,M4.1.0/3",
      "AAA3BBB2:30,J1/0,365/24",
      "<-03>3<-02>,M3.5.0/22:59:59,J60",
    ),
  dictionary: tokens("M1.1.0", "M12.5.6", "J366", "J0", "365", "/24", "/24:59", ",", "<+01>", "-24:59:59", ":60"),
  inputBytesMax: 100,
  batch: 2000,
  allowed: [],
  open: () => ({
    execute: (input) => {
      const tz = parsePosixTz(utf8.decode(input));
      if (!tz) return;
      for (const time of TIMES) {
        const offset = utcOffset(tz, time);
        assert(Number.isInteger(offset) && Math.abs(offset) <= OFFSET_SECONDS_MAX, `offset ${offset} at ${time}`);
        const local = Math.floor((time + offset) / DAY_SECONDS);
        const calendar = { tz, holidays: [local] };
        assert(isWithinWindows([{ days: 255, from: 0, to: 1440 }], calendar, time), "a window that is always open");
        assert(!isWithinWindows([{ days: 0, from: 0, to: 0 }], calendar, time), "a window without days");
      }
    },
  }),
};

export const via: Target = {
  name: "via",
  seeds: () =>
    tokens("tcp://127.0.0.1:7001", "tcp://[::1]:1", "serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0?address=247"),
  dictionary: tokens("tcp://", "serial:", "?address=", "[", "]", ":", "0", "65535", "65536"),
  inputBytesMax: 80,
  batch: 2000,
  allowed: [ViaError],
  open: () => ({
    execute: (input) => {
      const text = formatVia(parseVia(utf8.decode(input)));
      assert.equal(formatVia(parseVia(text)), text);
    },
  }),
};

const CONFIG = `data = "/var/lib/portvakt"
[api]
listen = "127.0.0.1:8080"
allow_plain_http = true
open_metrics_on_loopback = false
[sync]
poll_ms = 5000
[site]
tz = "CET-1CEST,M3.5.0,M10.5.0/3"
stale_after_days = 30
[uplink]
kind = "http"
url = "https://backend.example/events"
ca_file = "ca.pem"
token_file = "token"
batch_max = 100
[log]
level = "info"
[[serial]]
path = "/dev/ttyUSB0"
baud = 115200
`;

export const config: Target = {
  name: "config",
  seeds: () => tokens(CONFIG, ...CONFIG.split("\n"), "serial = [{path='/dev/x', baud=300}]", 'api = {listen="[::]:1"}'),
  dictionary: tokens(
    "[",
    "]]",
    "=",
    '"""',
    "'''",
    "__proto__",
    "constructor",
    "1979-05-27T07:32:00Z",
    "inf",
    "nan",
    "0x",
    "1e9",
    "\\u0000",
    "#",
    "{",
    ".",
    "\r\n",
  ),
  inputBytesMax: 1500,
  batch: 500,
  allowed: [ConfigError],
  open: () => ({ execute: (input) => assertWithinBounds(parseConfig(utf8.decode(input), "portvakt.toml", "/etc")) }),
};

const UPLINK_PROTOCOLS = { http: ["http:", "https:"], mqtt: ["mqtt:", "mqtts:"], nats: ["nats:", "tls:"] };

function assertWithinBounds({ data, api, serial, sync, site, uplink }: Config): void {
  assert(data.startsWith("/") && api.host !== "" && api.port >= 0 && api.port <= 65_535);
  assert(serial.every(({ path, baud }) => path !== "" && baud >= 300 && baud <= 4_000_000));
  assert(sync.pollMs >= 100 && site.staleAfterDays >= 0 && parsePosixTz(site.tz) !== undefined);
  if (uplink) {
    const urls = uplink.kind === "nats" ? uplink.urls : [uplink.url];
    assert(urls.every((url) => UPLINK_PROTOCOLS[uplink.kind].includes(new URL(url).protocol)));
    assert(uplink.batchMax >= 1 && uplink.batchMax <= 1000);
  }
  assert(api.allowPlainHttp || ["localhost", "::1"].includes(api.host) || api.host.startsWith("127."));
  assert(ascii(site.tz).length <= 64);
}
