import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "./config.ts";
import { ConfigError } from "./config-table.ts";

const parse = (...lines: string[]) =>
  parseConfig(["[uplink]", 'kind = "mqtt"', ...lines].join("\n"), "p.toml", "/etc").uplink;
const assertRefused = (sentence: string, ...lines: string[]) =>
  assert.throws(
    () => parse(...lines),
    (error: unknown) => error instanceof ConfigError && error.message.startsWith(`p.toml: uplink.${sentence}`),
  );

const URL = 'url = "mqtts://broker.example"';
const SITE = 'site = "stair-4"';

test("an address and a site are enough: nothing commands, and Home Assistant sees nothing", () => {
  assert.deepEqual(parse(URL, SITE), {
    kind: "mqtt",
    url: "mqtts://broker.example",
    site: "stair-4",
    keepAliveSeconds: 30,
    commands: false,
    batchMax: 100,
    hasReports: true,
  });
});

test("commands and Home Assistant are one line each", () => {
  assert.deepEqual(parse(URL, SITE, "commands = true", "home_assistant = true"), {
    kind: "mqtt",
    url: "mqtts://broker.example",
    site: "stair-4",
    keepAliveSeconds: 30,
    commands: true,
    discoveryPrefix: "homeassistant",
    batchMax: 100,
    hasReports: true,
  });
});

test("a gateway may show who it is by name and password, by certificate, or by both", () => {
  const name = ['user = "stair"', 'password_file = "password"'];
  const certificate = ['client_certificate_file = "gateway.pem"', 'client_key_file = "gateway.key"'];
  assert.deepEqual(parse(URL, SITE, ...name, ...certificate, 'ca_file = "ca.pem"'), {
    kind: "mqtt",
    url: "mqtts://broker.example",
    site: "stair-4",
    user: "stair",
    passwordFile: "/etc/password",
    caFile: "/etc/ca.pem",
    client: { certificateFile: "/etc/gateway.pem", keyFile: "/etc/gateway.key" },
    keepAliveSeconds: 30,
    commands: false,
    batchMax: 100,
    hasReports: true,
  });
  assertRefused("user is missing", URL, SITE, 'password_file = "password"');
  assertRefused("client_certificate_file is missing", URL, SITE, 'client_key_file = "gateway.key"');
  assertRefused("client_key_file is missing", URL, SITE, 'client_certificate_file = "gateway.pem"');
});

test("a password, or commands, over an open line have to be meant", () => {
  const open = ['url = "mqtt://broker.example"', SITE];
  assert.equal(parse(...open)?.kind, "mqtt");
  assertRefused("url is not encrypted", ...open, "commands = true");
  assertRefused("url is not encrypted", ...open, 'user = "u"', 'password_file = "p"');
  assert.equal(parse(...open, "commands = true", "allow_plain_mqtt = true")?.kind, "mqtt");
  assert.equal(parse('url = "mqtt://127.0.0.1:1883"', SITE, "commands = true")?.kind, "mqtt");
});

test("a site is one level of a topic, and an address one of a broker", () => {
  for (const site of ["a/b", "+", "#", "", "x".repeat(65)]) assertRefused("site", URL, `site = "${site}"`);
  for (const url of ["https://x", "mqtt://", "broker", "mqtts://u:p@x"]) assertRefused("url", `url = "${url}"`, SITE);
  assertRefused("site is missing", URL);
});

test("each kind has its own keys", () => {
  assertRefused("hmac_key_file is not a known key", URL, SITE, 'hmac_key_file = "key"');
  assert.throws(
    () => parseConfig('[uplink]\nurl = "https://x"\nsite = "s"', "p.toml", "/etc"),
    new ConfigError('p.toml: uplink.site is not a known key; did you mean "kind"?'),
  );
});
