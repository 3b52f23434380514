import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "./config.ts";
import { ConfigError } from "./config-table.ts";

const parse = (...lines: string[]) =>
  parseConfig(["[uplink]", 'kind = "nats"', ...lines].join("\n"), "p.toml", "/etc").uplink;
const assertRefused = (sentence: string, ...lines: string[]) =>
  assert.throws(
    () => parse(...lines),
    (error: unknown) => error instanceof ConfigError && error.message.startsWith(`p.toml: uplink.${sentence}`),
  );

const URLS = 'urls = ["tls://n1.example", "tls://n2.example:4222"]';
const SITE = 'site = "stair-4"';
const PLAIN = {
  kind: "nats",
  urls: ["tls://n1.example", "tls://n2.example:4222"],
  site: "stair-4",
  keepAliveSeconds: 20,
  commands: false,
  batchMax: 100,
  hasReports: true,
};

test("the servers of a cluster and a site are enough: nothing commands", () => {
  assert.deepEqual(parse(URLS, SITE), PLAIN);
});

test("a gateway says in one way who it is", () => {
  assert.deepEqual(parse(URLS, SITE, 'creds_file = "a"'), { ...PLAIN, credsFile: "/etc/a" });
  assert.deepEqual(parse(URLS, SITE, 'nkey_seed_file = "a"'), { ...PLAIN, nkeySeedFile: "/etc/a" });
  assert.deepEqual(parse(URLS, SITE, 'token_file = "a"'), { ...PLAIN, tokenFile: "/etc/a" });
  const user = { name: "stair", passwordFile: "/etc/a" };
  assert.deepEqual(parse(URLS, SITE, 'user = "stair"', 'password_file = "a"'), { ...PLAIN, user });
  assertRefused("token_file can not stand beside creds_file", URLS, SITE, 'creds_file = "a"', 'token_file = "b"');
  assertRefused("user is missing", URLS, SITE, 'password_file = "a"');
  assertRefused("password_file is missing", URLS, SITE, 'user = "stair"');
});

test("a password, a token, or commands over an open line have to be meant", () => {
  const open = 'urls = ["nats://n1.example"]';
  for (const line of ["commands = true", 'token_file = "a"']) {
    assertRefused("urls are not encrypted", open, SITE, line);
    assert(parse(open, SITE, line, "allow_plain_nats = true"));
    assert(parse('urls = ["nats://127.0.0.1:4222"]', SITE, line));
  }
  // A key signs and tells nothing.
  assert(parse(open, SITE, 'nkey_seed_file = "a"'));
});

test("what is no server of one cluster is refused", () => {
  assertRefused("urls is missing", SITE);
  assertRefused("urls mixes", 'urls = ["nats://a", "tls://b"]', SITE);
  assertRefused("urls must be nats:// or tls://", 'urls = ["https://a"]', SITE);
  assertRefused("urls must name servers over TLS by their names", 'urls = ["tls://192.0.2.1"]', SITE);
  assertRefused("urls must not hold names", 'urls = ["nats://a:b@c"]', SITE);
  assertRefused("site may have letters", URLS, 'site = "a.*"');
});
