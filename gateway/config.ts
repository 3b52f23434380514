import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { parsePosixTz } from "../protocol/access/posix-tz.ts";
import { ConfigError, Table } from "./config-table.ts";
import type { FleetConfig } from "./fleet/open-fleet.ts";
import { fleetConfig } from "./fleet-config.ts";
import { isLoopback } from "./loopback.ts";
import { type UplinkConfig, uplinkConfig } from "./uplink-kinds.ts";

/** What `portvakt.toml` says, with every default filled in. Paths are absolute. */
export interface Config {
  /** The data directory. */
  data: string;
  api: ApiConfig;
  serial: SerialConfig[];
  ble: BleConfig;
  sync: { pollMs: number };
  site: SiteConfig;
  store: StoreConfig;
  uplink?: UplinkConfig;
  /** Where the issuer is elsewhere; absent where the gateway is its own. */
  fleet?: FleetConfig;
  log: { level: LogLevel };
}

export interface ApiConfig {
  host: string;
  port: number;
  /** Without this the API listens on loopback alone: it speaks plain HTTP. */
  allowPlainHttp: boolean;
  /** Whether programs on this machine may read /metrics without a token. */
  openMetricsHere: boolean;
}

export interface SerialConfig {
  path: string;
  baud: number;
}

/** Forks of noble with the same face. */
const BLE_LIBRARIES = ["@abandonware/noble", "@stoprocent/noble"] as const;
export type BleLibrary = (typeof BLE_LIBRARIES)[number];

export interface BleConfig {
  library: BleLibrary;
  /** hci0, for example. They are used once a lock on BLE is paired. */
  adapters: string[];
}

/** What holds for every lock of this gateway. */
export interface SiteConfig {
  /** POSIX TZ, where a lock has no setting of its own. */
  tz: string;
  /**
   * How long a lock goes by a roster before only essential grants are left (protocol.md §7); 0 = for ever. The default of
   * a gateway that stands alone: nobody but itself could withhold a revocation, and a gateway that is off for a month
   * should not shut people out.
   */
  staleAfterDays: number;
}

/** What the data may take of the disk (docs/events.md). */
export interface StoreConfig {
  quotaMib: number;
  /** Of a file that is given up when the disk runs full all the same; 0 = none. */
  ballastMib: number;
  /** How long events are kept once they are delivered. */
  keepDays: number;
}

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const DEFAULT_DATA = "portvakt-data";
const DEFAULT_LISTEN = "127.0.0.1:8080";
const PORT_MAX = 65_535;
const DEFAULT_BAUD = 115_200;
const DEFAULT_ADAPTERS = ["hci0"];
const DEFAULT_POLL_MS = 5_000;
const POLL_MS_MIN = 100;
const STALE_AFTER_DAYS_MAX = 3650;
/** The longest of the world's zones has 40 or so; a roster has to hold much else. */
const TZ_BYTES_MAX = 64;
export const DEFAULT_STORE: StoreConfig = { quotaMib: 4096, ballastMib: 16, keepDays: 14 };
export const DEFAULT_SITE: SiteConfig = { tz: "CET-1CEST,M3.5.0,M10.5.0/3", staleAfterDays: 0 };

/** Reads the file, or takes the defaults without one. Throws ConfigError: one line that names file and key. */
export function loadConfig(file?: string): Config {
  if (file === undefined) return parseConfig("", "(defaults)", process.cwd());
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`${file}: ${unreadable(error)}`, { cause: error });
  }
  return parseConfig(text, file, dirname(resolve(file)));
}

/**
 * For the daemon. A portvakt.toml in `folder` that nobody names is not passed over: by the defaults a gateway stands alone, and
 * makes keys that open doors. Throws ConfigError.
 */
export function loadConfigToRun(file: string | undefined, folder: string): Config {
  if (file === undefined && existsSync(join(folder, "portvakt.toml"))) {
    throw new ConfigError("there is a portvakt.toml here: name it with --config portvakt.toml");
  }
  return loadConfig(file);
}

/** Relative paths count from `base`, the folder of the file. */
export function parseConfig(text: string, file: string, base: string): Config {
  const root = new Table(parseToml(text, file), file, "", [
    "data",
    "api",
    "serial",
    "ble",
    "sync",
    "site",
    "store",
    "uplink",
    "issuer",
    "fleet",
    "log",
  ]);
  const api = root.table("api", ["listen", "allow_plain_http", "open_metrics_on_loopback"]);
  const sync = root.table("sync", ["poll_ms"]);
  const log = root.table("log", ["level"]);
  const path = (value: string) => resolve(base, value);
  const uplink = uplinkConfig(root, path);
  const fleet = fleetConfig(root);
  if (fleet && uplink && uplink.kind !== "http" && uplink.commands) {
    throw root.wrong("uplink.commands", "is for a gateway that signs orders itself: in a fleet their bearers do");
  }
  return {
    data: path(root.text("data", DEFAULT_DATA)),
    api: apiConfig(api),
    serial: root.tables("serial", ["path", "baud"]).map((entry) => ({
      path: entry.text("path"),
      baud: entry.wholeNumber("baud", DEFAULT_BAUD, { min: 300, max: 4_000_000 }),
    })),
    ble: bleConfig(root.table("ble", ["library", "adapters"])),
    sync: { pollMs: sync.wholeNumber("poll_ms", DEFAULT_POLL_MS, { min: POLL_MS_MIN, max: 86_400_000 }) },
    store: storeConfig(root.table("store", ["quota_mib", "ballast_mib", "keep_days"])),
    site: siteConfig(root.table("site", ["tz", "stale_after_days"])),
    ...(uplink && { uplink }),
    ...(fleet && { fleet }),
    log: { level: log.oneOf("level", LOG_LEVELS, "info") },
  };
}

function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    throw new ConfigError(`${file}:${error.line}:${error.column}: ${what}`, { cause: error });
  }
}

function apiConfig(api: Table): ApiConfig {
  const address = listenAddress(api);
  const allowPlainHttp = api.flag("allow_plain_http", false);
  if (!allowPlainHttp && !isLoopback(address.host)) {
    throw api.wrong(
      "listen",
      "is reachable from outside, and the API speaks plain HTTP; set allow_plain_http = true if that is meant",
    );
  }
  return { ...address, allowPlainHttp, openMetricsHere: api.flag("open_metrics_on_loopback", false) };
}

function bleConfig(ble: Table): BleConfig {
  const adapters = ble.texts("adapters", DEFAULT_ADAPTERS);
  const bad = adapters.find((name) => !/^hci\d{1,3}$/.test(name));
  if (bad !== undefined) throw ble.wrong("adapters", `must be names like "hci0"; one is "${bad}"`);
  if (new Set(adapters).size < adapters.length) throw ble.wrong("adapters", "names one twice");
  return { library: ble.oneOf("library", BLE_LIBRARIES, BLE_LIBRARIES[0]), adapters };
}

function siteConfig(site: Table): SiteConfig {
  const tz = site.text("tz", DEFAULT_SITE.tz);
  if (!isTz(tz)) throw site.wrong("tz", `must be a POSIX TZ with its rules, like "${DEFAULT_SITE.tz}"; it is "${tz}"`);
  const range = { min: 0, max: STALE_AFTER_DAYS_MAX };
  return { tz, staleAfterDays: site.wholeNumber("stale_after_days", DEFAULT_SITE.staleAfterDays, range) };
}

function storeConfig(store: Table): StoreConfig {
  const { quotaMib, ballastMib, keepDays } = DEFAULT_STORE;
  return {
    quotaMib: store.wholeNumber("quota_mib", quotaMib, { min: 8, max: 1_000_000 }),
    ballastMib: store.wholeNumber("ballast_mib", ballastMib, { min: 0, max: 1024 }),
    keepDays: store.wholeNumber("keep_days", keepDays, { min: 1, max: 3650 }),
  };
}

/** Whether locks understand this time zone, and their rosters have room for it. */
export function isTz(text: string): boolean {
  return text.length <= TZ_BYTES_MAX && parsePosixTz(text) !== undefined;
}

function listenAddress(api: Table): { host: string; port: number } {
  const text = api.text("listen", DEFAULT_LISTEN);
  const [, v6, name, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > PORT_MAX) {
    throw api.wrong("listen", `must be HOST:PORT, like "${DEFAULT_LISTEN}"; it is "${text}"`);
  }
  return { host, port: Number(port) };
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "may not be read by this user";
  if (code === "EISDIR") return "is a directory, not a file";
  return `can not be read (${String(code ?? error)})`;
}
