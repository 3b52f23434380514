import type { Table } from "./config-table.ts";
import { isLoopback } from "./loopback.ts";

/** Events, orders and the state of the locks over an MQTT 5 broker. */
export interface MqttUplinkConfig {
  kind: "mqtt";
  /** mqtt:// or mqtts://. */
  url: string;
  /** Names the site in every topic. */
  site: string;
  user?: string;
  passwordFile?: string;
  /** PEM certificates to trust instead of the system's. */
  caFile?: string;
  /** Our own certificate and its key, in PEM. */
  client?: { certificateFile: string; keyFile: string };
  keepAliveSeconds: number;
  /** Whether whoever may publish on the broker can have the gateway's own operator unlock and lock. */
  commands: boolean;
  /** Home Assistant's discovery prefix; undefined if it shall not see the locks. */
  discoveryPrefix?: string;
  batchMax: number;
  hasReports: boolean;
}

export const MQTT_UPLINK_KEYS = [
  "kind",
  "url",
  "site",
  "user",
  "password_file",
  "ca_file",
  "client_certificate_file",
  "client_key_file",
  "allow_plain_mqtt",
  "keep_alive_seconds",
  "commands",
  "home_assistant",
  "discovery_prefix",
  "batch_max",
  "reports",
] as const;

const DEFAULT_KEEP_ALIVE_SECONDS = 30;
const DEFAULT_DISCOVERY_PREFIX = "homeassistant";
const DEFAULT_BATCH_MAX = 100;
const BATCH_MAX = 1000;

/** Reads `[uplink]` of the kind "mqtt"; `path` makes its files' paths absolute. Throws ConfigError. */
export function mqttUplinkConfig(uplink: Table, path: (value: string) => string): MqttUplinkConfig {
  const commands = uplink.flag("commands", false);
  const user = uplink.optionalText("user");
  const passwordFile = uplink.optionalText("password_file");
  const caFile = uplink.optionalText("ca_file");
  const client = clientOf(uplink, path);
  const keepAlive = { min: 2, max: 600 };
  if (passwordFile !== undefined && user === undefined) throw uplink.wrong("user", "is missing: there is a password");
  return {
    kind: "mqtt",
    url: urlOf(uplink, commands || passwordFile !== undefined),
    site: nameOf(uplink, "site", uplink.text("site")),
    ...(user !== undefined && { user }),
    ...(passwordFile !== undefined && { passwordFile: path(passwordFile) }),
    ...(caFile !== undefined && { caFile: path(caFile) }),
    ...(client && { client }),
    keepAliveSeconds: uplink.wholeNumber("keep_alive_seconds", DEFAULT_KEEP_ALIVE_SECONDS, keepAlive),
    commands,
    ...(uplink.flag("home_assistant", false) && { discoveryPrefix: prefixOf(uplink) }),
    batchMax: uplink.wholeNumber("batch_max", DEFAULT_BATCH_MAX, { min: 1, max: BATCH_MAX }),
    hasReports: uplink.flag("reports", true),
  };
}

/** Our own certificate and its key, as every broker wants them. Throws ConfigError. */
export function clientOf(uplink: Table, path: (value: string) => string): MqttUplinkConfig["client"] {
  const certificateFile = uplink.optionalText("client_certificate_file");
  if (certificateFile === undefined) {
    if (uplink.has("client_key_file")) throw uplink.wrong("client_certificate_file", "is missing: there is a key");
    return undefined;
  }
  return { certificateFile: path(certificateFile), keyFile: path(uplink.text("client_key_file")) };
}

function prefixOf(uplink: Table): string {
  return nameOf(uplink, "discovery_prefix", uplink.text("discovery_prefix", DEFAULT_DISCOVERY_PREFIX));
}

/** A level of a topic: no wildcard and no slash. Throws ConfigError. */
export function nameOf(uplink: Table, key: string, name: string): string {
  if (!/^[\w.-]{1,64}$/.test(name)) throw uplink.wrong(key, "may have letters, digits and _ . - alone, 64 at most");
  return name;
}

function urlOf(uplink: Table, mustBePrivate: boolean): string {
  const text = uplink.text("url");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^mqtts?:$/.test(url.protocol) || url.hostname === "") {
    throw uplink.wrong("url", `must be an mqtt:// or mqtts:// address; it is "${text}"`);
  }
  if (url.username !== "" || url.password !== "") throw uplink.wrong("url", "must not hold a name or a password");
  const isOpen = url.protocol === "mqtt:" && !isLoopback(url.hostname);
  if (isOpen && mustBePrivate && !uplink.flag("allow_plain_mqtt", false)) {
    throw uplink.wrong(
      "url",
      "is not encrypted: whoever listens on the way learns the password and may command; use mqtts://, or set allow_plain_mqtt = true if that is meant",
    );
  }
  return text;
}
