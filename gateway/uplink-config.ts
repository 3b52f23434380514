import type { Table } from "./config-table.ts";
import { isLoopback } from "./loopback.ts";
import type { HttpAuth, HttpUplinkOptions } from "./uplink/http.ts";

/** Where events go (CloudEvents 1.0 batches over HTTP). */
export interface HttpUplinkConfig extends HttpUplinkOptions {
  kind: "http";
  batchMax: number;
  hasReports: boolean;
}

export const HTTP_UPLINK_KEYS = [
  "kind",
  "url",
  "batch_max",
  "reports",
  "ask_seconds",
  "ca_file",
  "client_certificate_file",
  "client_key_file",
  "token_file",
  "hmac_key_file",
  "hmac_key_id",
  "oauth",
] as const;
const OAUTH_KEYS = ["token_url", "client_id", "client_secret_file", "scope"] as const;

const DEFAULT_BATCH_MAX = 100;
const BATCH_MAX = 1000;
const DEFAULT_ASK_SECONDS = 15;
const ASK_SECONDS_MAX = 3600;

/** Reads `[uplink]` of the kind "http"; `path` makes its files' paths absolute. Throws ConfigError. */
export function httpUplinkConfig(uplink: Table, path: (value: string) => string): HttpUplinkConfig {
  const caFile = uplink.optionalText("ca_file");
  const client = clientOf(uplink, path);
  const auth = authOf(uplink, path);
  return {
    kind: uplink.oneOf("kind", ["http"], "http"),
    url: urlOf(uplink, "url", auth.kind === "token" || auth.kind === "oauth"),
    ...(caFile !== undefined && { caFile: path(caFile) }),
    ...(client && { client }),
    auth,
    batchMax: uplink.wholeNumber("batch_max", DEFAULT_BATCH_MAX, { min: 1, max: BATCH_MAX }),
    hasReports: uplink.flag("reports", true),
    askEveryMs: 1000 * uplink.wholeNumber("ask_seconds", DEFAULT_ASK_SECONDS, { min: 1, max: ASK_SECONDS_MAX }),
  };
}

function clientOf(uplink: Table, path: (value: string) => string): HttpUplinkOptions["client"] {
  const certificateFile = uplink.optionalText("client_certificate_file");
  if (certificateFile === undefined) {
    if (uplink.has("client_key_file")) throw uplink.wrong("client_certificate_file", "is missing: there is a key");
    return undefined;
  }
  return { certificateFile: path(certificateFile), keyFile: path(uplink.text("client_key_file")) };
}

function authOf(uplink: Table, path: (value: string) => string): HttpAuth {
  const [first, second] = ["token_file", "hmac_key_file", "oauth"].filter((key) => uplink.has(key));
  if (second !== undefined) throw uplink.wrong(second, `and ${first} are two ways to show who this is: choose one`);
  switch (first) {
    case "token_file":
      return { kind: "token", tokenFile: path(uplink.text("token_file")) };
    case "hmac_key_file":
      return { kind: "hmac", keyFile: path(uplink.text("hmac_key_file")), keyId: keyIdOf(uplink) };
    case "oauth":
      return oauthOf(uplink.table("oauth", OAUTH_KEYS), path);
    default:
      return { kind: "none" };
  }
}

function keyIdOf(uplink: Table): string {
  const keyId = uplink.text("hmac_key_id");
  if (!/^[\w.:/-]{1,100}$/.test(keyId))
    throw uplink.wrong("hmac_key_id", "may have letters, digits and _ . : / - alone");
  return keyId;
}

function oauthOf(oauth: Table, path: (value: string) => string): HttpAuth {
  const scope = oauth.optionalText("scope");
  return {
    kind: "oauth",
    tokenUrl: urlOf(oauth, "token_url", true),
    clientId: oauth.text("client_id"),
    clientSecretFile: path(oauth.text("client_secret_file")),
    ...(scope !== undefined && { scope }),
  };
}

function urlOf(table: Table, key: string, sendsSecret: boolean): string {
  const text = table.text(key);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw table.wrong(key, `must be an http:// or https:// address; it is "${text}"`);
  }
  if (url.username !== "" || url.password !== "") throw table.wrong(key, "must not hold a name or a password");
  if (sendsSecret && url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw table.wrong(key, "must be an https:// address: over plain HTTP whoever listens on the way learns the secret");
  }
  return text;
}
