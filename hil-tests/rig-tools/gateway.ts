import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Clock, delay } from "../../protocol/clock.ts";
import { freePort } from "./free-port.ts";
import { JsonApi } from "./json-api.ts";
import { PROGRAMS, type Program, type Surroundings } from "./program.ts";
import type { ProgramGroup } from "./program-group.ts";
import { until } from "./until.ts";

const KNOCK_EVERY_MS = 20;
const PAIR_MS = 60_000;
/** A rig has no minutes to wait for what a backend has to say. */
const ASK_SECONDS = 1;

/** What the gateway's API says of a lock, as far as rigs look at it. */
export interface LockView {
  lockId: string;
  generation: number;
  wantedEpoch: number;
  reported?: { epoch: number; bolt: "thrown" | "drawn" };
  sync: { state: "in-step" | "working" | "waiting" | "stopped"; sentence: string };
  log: { seq: number; deliveredThrough: number; acknowledgedThrough: number; undelivered: number };
}

export interface PairingView {
  id: string;
  lockId: string;
  state: "running" | "done" | "failed";
  step: string;
  error?: string;
}

export interface GrantView {
  id: string;
  locks: string[];
  revokedAt?: string;
}

/** What a gateway is to be told of its surroundings. */
export interface GatewaySettings {
  /** Its data directory. */
  data: string;
  configFile: string;
  /** Where events go; without it they stay at the gateway. */
  eventsUrl?: string;
  /** Where the issuer is elsewhere: its public key in hex. */
  issuerKey?: string;
  /** Ports of its serial lines. */
  serialPaths: string[];
  /** How long a lock that is in step is left alone. */
  pollMs: number;
  surroundings?: Surroundings;
}

/** A `portvakt run` process and its API. */
export class Gateway {
  readonly program: Program;
  readonly url: string;
  readonly api: JsonApi;

  readonly #clock: Clock;

  private constructor(clock: Clock, program: Program, url: string, token: string) {
    this.#clock = clock;
    this.program = program;
    this.url = url;
    this.api = new JsonApi(url, token);
  }

  /** Writes the configuration, with an API on a free port, and returns that API's URL. */
  static async configure(settings: GatewaySettings): Promise<string> {
    const { data, configFile, eventsUrl, issuerKey, serialPaths, pollMs } = settings;
    const listen = `127.0.0.1:${await freePort()}`;
    const lines = [
      `data = ${JSON.stringify(data)}`,
      ...(issuerKey === undefined ? [] : [`issuer = "remote"\n\n[fleet]\nissuer_key = ${JSON.stringify(issuerKey)}`]),
      `[api]\nlisten = ${JSON.stringify(listen)}`,
      `[sync]\npoll_ms = ${pollMs}`,
      "[store]\nballast_mib = 0",
      ...(eventsUrl === undefined
        ? []
        : [`[uplink]\nurl = ${JSON.stringify(eventsUrl)}\nask_seconds = ${ASK_SECONDS}`]),
      ...serialPaths.map((path) => `[[serial]]\npath = ${JSON.stringify(path)}\nbaud = 115200`),
    ];
    mkdirSync(dirname(configFile), { recursive: true });
    writeFileSync(configFile, `${lines.join("\n\n")}\n`);
    return `http://${listen}`;
  }

  /** Settles when the API answers. Rejects if the process ends before. */
  static async start(clock: Clock, group: ProgramGroup, url: string, settings: GatewaySettings): Promise<Gateway> {
    const { configFile, surroundings } = settings;
    const program = group.run("gateway", PROGRAMS.gateway, ["run", "--config", configFile], surroundings);
    let end: string | undefined;
    void program.ended.then((how) => {
      end = how;
    });
    while (!(await answers(url))) {
      if (end !== undefined) throw new Error(`the gateway ended early (${end})`);
      await delay(clock, KNOCK_EVERY_MS);
    }
    return new Gateway(clock, program, url, readFileSync(join(settings.data, "api-token"), "utf8").trim());
  }

  /** Undefined for a lock that was never paired. */
  async lock(lockId: string): Promise<LockView | undefined> {
    const { items } = await this.api.get<{ items: LockView[] }>("/v1/locks?limit=1000");
    return items.find((lock) => lock.lockId === lockId);
  }

  startPairing(label: string, via: string): Promise<PairingView> {
    return this.api.post("/v1/pairings", { label, via });
  }

  /** Settles when the pairing is no longer running. */
  endOfPairing(id: string): Promise<PairingView> {
    return until(
      this.#clock,
      PAIR_MS,
      () => "the end of the pairing",
      async () => {
        const pairing = await this.api.get<PairingView>(`/v1/pairings/${id}`);
        return pairing.state === "running" ? undefined : pairing;
      },
    );
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/v1/health`);
    return true;
  } catch {
    // Nobody listens yet.
    return false;
  }
}
