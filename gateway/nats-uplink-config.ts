import { isIP } from "node:net";
import type { Table } from "./config-table.ts";
import { isLoopback } from "./loopback.ts";
import { clientOf, nameOf } from "./mqtt-uplink-config.ts";

/** Events and orders over NATS JetStream. */
export interface NatsUplinkConfig {
  kind: "nats";
  /** Servers of one cluster: nats://, or tls:// all of them. */
  urls: string[];
  /** Names the site in every subject. */
  site: string;
  /** How we say who we are, at most one of these. */
  credsFile?: string;
  nkeySeedFile?: string;
  tokenFile?: string;
  user?: { name: string; passwordFile: string };
  /** PEM certificates to trust instead of the system's. */
  caFile?: string;
  /** Our own certificate and its key, in PEM. */
  client?: { certificateFile: string; keyFile: string };
  keepAliveSeconds: number;
  /** Whether whoever may publish there can have the gateway's own operator unlock and lock. */
  commands: boolean;
  batchMax: number;
  hasReports: boolean;
}

export const NATS_UPLINK_KEYS = [
  "kind",
  "urls",
  "site",
  "creds_file",
  "nkey_seed_file",
  "token_file",
  "user",
  "password_file",
  "ca_file",
  "client_certificate_file",
  "client_key_file",
  "allow_plain_nats",
  "keep_alive_seconds",
  "commands",
  "batch_max",
  "reports",
] as const;

const IDENTITY_KEYS = ["creds_file", "nkey_seed_file", "token_file", "user"] as const;
const DEFAULT_KEEP_ALIVE_SECONDS = 20;
const DEFAULT_BATCH_MAX = 100;
const BATCH_MAX = 1000;

/** Reads `[uplink]` of the kind "nats"; `path` makes its files' paths absolute. Throws ConfigError. */
export function natsUplinkConfig(uplink: Table, path: (value: string) => string): NatsUplinkConfig {
  const commands = uplink.flag("commands", false);
  const caFile = uplink.optionalText("ca_file");
  const client = clientOf(uplink, path);
  const identity = identityOf(uplink, path);
  // Who signs with a key or the like tells nobody a secret; a password or a token can be overheard.
  const isSecretSent = identity.tokenFile !== undefined || identity.user !== undefined;
  return {
    kind: "nats",
    urls: urlsOf(uplink, commands || isSecretSent),
    site: nameOf(uplink, "site", uplink.text("site")),
    ...identity,
    ...(caFile !== undefined && { caFile: path(caFile) }),
    ...(client && { client }),
    keepAliveSeconds: uplink.wholeNumber("keep_alive_seconds", DEFAULT_KEEP_ALIVE_SECONDS, { min: 1, max: 600 }),
    commands,
    batchMax: uplink.wholeNumber("batch_max", DEFAULT_BATCH_MAX, { min: 1, max: BATCH_MAX }),
    hasReports: uplink.flag("reports", true),
  };
}

type Identity = Pick<NatsUplinkConfig, "credsFile" | "nkeySeedFile" | "tokenFile" | "user">;

function identityOf(uplink: Table, path: (value: string) => string): Identity {
  const given = IDENTITY_KEYS.filter((one) => uplink.has(one));
  const [key, second] = given;
  if (second !== undefined) throw uplink.wrong(second, `can not stand beside ${key}: one of them says who we are`);
  if (key !== "user" && uplink.has("password_file")) throw uplink.wrong("user", "is missing: there is a password");
  switch (key) {
    case "creds_file":
      return { credsFile: path(uplink.text(key)) };
    case "nkey_seed_file":
      return { nkeySeedFile: path(uplink.text(key)) };
    case "token_file":
      return { tokenFile: path(uplink.text(key)) };
    case "user":
      return { user: { name: uplink.text(key), passwordFile: path(uplink.text("password_file")) } };
    default:
      return {};
  }
}

function urlsOf(uplink: Table, mustBePrivate: boolean): string[] {
  const texts = uplink.texts("urls", []);
  if (texts.length === 0) throw uplink.wrong("urls", 'is missing: a list like ["tls://nats.example:4222"]');
  const urls = texts.map((text) => urlOf(uplink, text));
  if (new Set(urls.map(({ protocol }) => protocol)).size > 1) {
    throw uplink.wrong("urls", "mixes nats:// and tls://");
  }
  const isOpen = urls.some(({ protocol, hostname }) => protocol === "nats:" && !isLoopback(hostname));
  if (isOpen && mustBePrivate && !uplink.flag("allow_plain_nats", false)) {
    throw uplink.wrong(
      "urls",
      "are not encrypted: whoever listens on the way learns the password and may command; use tls://, or set allow_plain_nats = true if that is meant",
    );
  }
  return texts;
}

function urlOf(uplink: Table, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(nats|tls):$/.test(url.protocol) || url.hostname === "") {
    throw uplink.wrong("urls", `must be nats:// or tls:// addresses; one is "${text}"`);
  }
  if (url.protocol === "tls:" && isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) {
    throw uplink.wrong(
      "urls",
      "must name servers over TLS by their names: the library judges no certificate by an address",
    );
  }
  if (url.username !== "" || url.password !== "") throw uplink.wrong("urls", "must not hold names or passwords");
  return url;
}
