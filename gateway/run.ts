import { existsSync } from "node:fs";
import { join } from "node:path";
import { opensslSuite } from "../crypto/openssl.ts";
import type { Clock } from "../protocol/clock.ts";
import type { Random } from "../protocol/random.ts";
import { toHex } from "../protocol/wire/bytes.ts";
import type { Api } from "./api/api.ts";
import { apiTokenFile, ensureApiToken } from "./api/api-token.ts";
import { buildApi } from "./api/server.ts";
import { Tokens } from "./api/tokens.ts";
import { CliError, ExitCode } from "./cli/exit-code.ts";
import { type Composed, compose } from "./compose.ts";
import type { ApiConfig, Config } from "./config.ts";
import { createUplink } from "./create-uplink.ts";
import { type Authority, gatewayIdOf } from "./issuer/authority.ts";
import { KeyFileError } from "./issuer/key-file.ts";
import { loadAuthority } from "./load-authority.ts";
import { createLog, type Log } from "./log.ts";
import { isLoopback } from "./loopback.ts";
import { Meters } from "./metrics/meters.ts";
import { AuditStore } from "./store/audit-store.ts";
import { Ballast } from "./store/ballast.ts";
import { openDataDirectory } from "./store/data-directory.ts";
import { Database, PAGE_BYTES } from "./store/database.ts";
import { KeyedRequestStore } from "./store/keyed-request-store.ts";
import { StoreError } from "./store/store-error.ts";
import { TokenStore } from "./store/token-store.ts";
import { BleTransport, nobleLoader } from "./transport/ble.ts";
import { SerialTransport } from "./transport/serial.ts";
import { serialLineOpener } from "./transport/serial-line.ts";
import { TcpTransport } from "./transport/tcp.ts";
import { Transports } from "./transport/transports.ts";
import { UplinkError } from "./uplink/uplink.ts";

/** What `main.ts` alone may take from the machine. */
export interface Machine {
  clock: Clock;
  random: Random;
  version: string;
  /** Aborts when the daemon shall stop. */
  stop: AbortSignal;
  /** Ends the process loudly: a mistake of ours. */
  crash: (error: unknown) => void;
}

/** Requests that are under way get this long to end before their locks are let go. */
const REQUESTS_END_WITHIN_MS = 5_000;

/**
 * The daemon, from start to stop: the part of the composition root that only `portvakt run` needs, apart from `main.ts` so
 * that the other commands start without loading it. Rejects with CliError if it can not start.
 */
export async function run(config: Config, machine: Machine): Promise<void> {
  const log = createLog(config.log.level);
  const { gateway, api } = await asCliErrors(() => start(config, machine, log));
  await new Promise<void>((resolve) => machine.stop.addEventListener("abort", () => resolve(), { once: true }));
  log.info({}, "Stopping.");
  const requestsEnded = api.close();
  await settlesWithin(machine.clock, REQUESTS_END_WITHIN_MS, requestsEnded);
  await gateway.close();
  await requestsEnded;
  log.info({}, "Stopped.");
}

async function start(config: Config, machine: Machine, log: Log): Promise<Composed & { api: Api }> {
  const { clock, random, version, crash } = machine;
  const suite = opensslSuite;
  openDataDirectory(config.data);
  // First of all: it keeps a second daemon from everything else in the directory.
  const database = Database.open(join(config.data, "portvakt.db"), {
    soon: (commit) => clock.schedule(0, commit),
    pagesMax: (config.store.quotaMib * 2 ** 20) / PAGE_BYTES,
  });
  const tokens = new Tokens({ database, store: new TokenStore(database), suite, clock, random, log });
  await ensureApiToken(apiTokenFile(config.data), tokens);
  const metrics = new Meters();
  const authority = await loadAuthority({ suite, random, database, directory: config.data }, config.fleet);
  const gatewayId = toHex(gatewayIdOf(suite, authority));
  const uplink = config.uplink && {
    to: createUplink(config.uplink, suite, { clock, random, log, database, gatewayId, version }),
    batchMax: config.uplink.batchMax,
    hasReports: config.uplink.hasReports,
  };
  const ble = new BleTransport(clock, log, config.ble.adapters, nobleLoader(config.ble.library));
  const composed = compose({
    suite,
    clock,
    random,
    log,
    database,
    transport: new Transports({
      tcp: new TcpTransport(clock),
      serial: new SerialTransport(clock, serialLineOpener, config.serial),
      ble,
    }),
    radio: ble,
    authority,
    site: config.site,
    observer: metrics,
    ...(uplink && { uplink }),
    pollMs: config.sync.pollMs,
    store: { limits: config.store, ballast: new Ballast(join(config.data, "ballast"), config.store.ballastMib) },
  });
  const { gateway, services, pairings: pairingRows, ...stores } = composed;
  const { locks, outbox, setAside, room } = stores;
  metrics.measureProcess();
  metrics.watch({
    syncStates: () => locks.list().map(({ lockId }) => services.sync.status(lockId)?.state ?? "waiting"),
    revocationAges: () => locks.list().map(({ lockId }) => services.sync.status(lockId)?.revocationAgeSeconds),
    undeliveredEvents: () => locks.list().reduce((sum, { lockId }) => sum + outbox.undeliveredCount(lockId), 0),
    databaseBytes: () => database.sizeBytes(),
    setAsideEvents: () => setAside.count(),
    lostEvents: () => room.lostEvents,
    uplinkState: () => services.uplink.status().state,
  });
  const api = await buildApi(
    { version, suite, clock, tokens, audit: new AuditStore(database), metrics, pairingRows, ...stores, ...services },
    {
      log,
      keyedRequests: new KeyedRequestStore(database),
      openMetricsHere: config.api.openMetricsHere,
      onMistake: crash,
    },
  );
  const listening = await listen(api, config.api).catch(async (error: unknown) => {
    // Its timers would keep a process up that has nothing to do.
    await api.close();
    throw error;
  });
  gateway.start();
  log.info(
    { version, listening, data: config.data, locks: locks.list().length, uplink: uplink?.to.name ?? "none" },
    `Portvakt listens at ${listening}. ${whatATheftYields(authority, config.data)}`,
  );
  for (const { path } of config.serial) {
    // The other locks are served all the same, and this line as soon as its adapter is there.
    if (!existsSync(path)) log.warn({ path }, `${path} is not there: is the adapter plugged in?`);
  }
  if (!isLoopback(config.api.host)) {
    log.warn({}, "The API is reachable from outside over plain HTTP: whoever listens on the way learns the token.");
  }
  return { ...composed, api };
}

function whatATheftYields(authority: Authority, directory: string): string {
  switch (authority.kind) {
    case "local":
      return `It stands alone: whoever takes ${directory} can open the doors of its locks.`;
    case "remote":
      return "Its issuer is elsewhere: it holds no key that signs, and whoever steals it can open nothing with it.";
  }
}

async function listen(api: Api, { host, port }: ApiConfig): Promise<string> {
  try {
    return await api.listen({ host, port, listenTextResolver: (address) => address });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    switch (code) {
      case "EADDRINUSE":
        throw new CliError(ExitCode.failed, `port ${port} on ${host} is in use by another program`);
      case "EACCES":
        throw new CliError(ExitCode.failed, `port ${port} may not be listened on by this user`);
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
        throw new CliError(ExitCode.failed, `${host} is no address of this machine`);
      default:
        throw error;
    }
  }
}

/** Waits for the promise, but not longer than this; leaves no timer behind that would keep the process up. */
function settlesWithin(clock: Clock, withinMs: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.schedule(withinMs, resolve);
    void promise.finally(() => {
      timer.cancel();
      resolve();
    });
  });
}

/** What is wrong with the world at the start is one line for people. */
async function asCliErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError || error instanceof KeyFileError || error instanceof UplinkError) {
      throw new CliError(ExitCode.failed, error.message);
    }
    throw error;
  }
}
