import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "./config.ts";
import { ConfigError } from "./config-table.ts";

const uplinkOf = (...lines: string[]) => {
  const { uplink } = parseConfig(["[uplink]", ...lines].join("\n"), "p.toml", "/etc");
  assert(uplink?.kind === "http");
  return uplink;
};
const assertRefused = (sentence: string, ...lines: string[]) =>
  assert.throws(() => uplinkOf(...lines), new ConfigError(`p.toml: uplink.${sentence}`));

const URL = 'url = "https://backend.example/events"';
const OAUTH = [
  "[uplink.oauth]",
  'token_url = "https://login.example/token"',
  'client_id = "stair-4"',
  'client_secret_file = "secret"',
];

test("an address is enough", () => {
  assert.deepEqual(uplinkOf(URL), {
    kind: "http",
    url: "https://backend.example/events",
    auth: { kind: "none" },
    batchMax: 100,
    hasReports: true,
    askEveryMs: 15_000,
  });
});

test("a gateway may show who it is by certificate, and by one of three other ways", () => {
  const certificate = ['client_certificate_file = "gateway.pem"', 'client_key_file = "gateway.key"'];
  assert.deepEqual(uplinkOf(URL, ...certificate, 'hmac_key_file = "key"', 'hmac_key_id = "stair-4"'), {
    kind: "http",
    url: "https://backend.example/events",
    client: { certificateFile: "/etc/gateway.pem", keyFile: "/etc/gateway.key" },
    auth: { kind: "hmac", keyFile: "/etc/key", keyId: "stair-4" },
    batchMax: 100,
    hasReports: true,
    askEveryMs: 15_000,
  });
  assert.deepEqual(uplinkOf(URL, ...OAUTH, 'scope = "events"').auth, {
    kind: "oauth",
    tokenUrl: "https://login.example/token",
    clientId: "stair-4",
    clientSecretFile: "/etc/secret",
    scope: "events",
  });
});

test("reports can be turned off, and a backend be asked more or less often", () => {
  const { hasReports, askEveryMs } = uplinkOf(URL, "reports = false", "ask_seconds = 60");
  assert.deepEqual([hasReports, askEveryMs], [false, 60_000]);
  assertRefused("ask_seconds must be a whole number from 1 to 3600", URL, "ask_seconds = 0");
});

test("what does not go together, or is half, is refused", () => {
  assertRefused("url is missing");
  assertRefused('url must be an http:// or https:// address; it is "ftp://x"', 'url = "ftp://x"');
  assertRefused("url must not hold a name or a password", 'url = "https://me:word@backend.example"');
  assertRefused("client_key_file is missing", URL, 'client_certificate_file = "gateway.pem"');
  assertRefused("client_certificate_file is missing: there is a key", URL, 'client_key_file = "gateway.key"');
  assertRefused("hmac_key_id is missing", URL, 'hmac_key_file = "key"');
  const sentence = "hmac_key_id may have letters, digits and _ . : / - alone";
  assertRefused(sentence, URL, 'hmac_key_file = "key"', `hmac_key_id = 'a"b'`);
  const both = "oauth and token_file are two ways to show who this is: choose one";
  assertRefused(both, URL, 'token_file = "token"', ...OAUTH);
  assertRefused("oauth.client_id is missing", URL, ...OAUTH.slice(0, 2));
});

test("no secret goes over plain HTTP, but on this machine", () => {
  const sentence = "must be an https:// address: over plain HTTP whoever listens on the way learns the secret";
  assertRefused(`url ${sentence}`, 'url = "http://backend.example"', 'token_file = "token"');
  const tokenUrl = 'token_url = "http://login.example"';
  assertRefused(`oauth.token_url ${sentence}`, URL, OAUTH[0]!, tokenUrl, ...OAUTH.slice(2));
  assert.equal(uplinkOf('url = "http://127.0.0.1:9"', 'token_file = "token"').auth.kind, "token");
  assert.equal(uplinkOf('url = "http://[::1]:9"', 'token_file = "token"').auth.kind, "token");
  assert.equal(uplinkOf('url = "http://backend.example"').auth.kind, "none");
});
