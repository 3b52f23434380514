import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../../protocol/clock.ts";
import { freePort } from "../../rig-tools/free-port.ts";
import type { LockView, PairingView } from "../../rig-tools/gateway.ts";
import { JsonApi } from "../../rig-tools/json-api.ts";
import { PROGRAMS } from "../../rig-tools/program.ts";
import { until } from "../../rig-tools/until.ts";
import type { FarmedLock } from "../lock-farm/messages.ts";
import type { MemoryReading } from "./memory-probe.ts";

const PROBE = new URL("./memory-probe.js", import.meta.url).href;
const STARTED_WITHIN_MS = 30_000;
const PAIRED_WITHIN_MS = 60_000;
const IN_STEP_WITHIN_MS = 120_000;
const PAGE_MAX = 1000;

/** The gateway's daemon as it is installed, in a process of its own whose memory can be asked for. */
export class Daemon {
  readonly #clock: Clock;
  readonly #process: ChildProcess;
  readonly #api: JsonApi;

  private constructor(clock: Clock, process: ChildProcess, api: JsonApi) {
    this.#clock = clock;
    this.#process = process;
    this.#api = api;
  }

  /** With its data in this directory, whether it is empty or holds what the last one left. */
  static async start(clock: Clock, directory: string): Promise<Daemon> {
    const listen = `127.0.0.1:${await freePort()}`;
    const data = join(directory, "data");
    const config = join(directory, "portvakt.toml");
    writeFileSync(config, `data = ${JSON.stringify(data)}\n[api]\nlisten = "${listen}"\n[log]\nlevel = "warn"\n`);
    const process = fork(PROGRAMS.gateway, ["run", "--config", config], {
      execArgv: ["--expose-gc", "--import", PROBE],
    });
    const knock = () => {
      assert(process.exitCode === null, "the daemon ended early");
      return fetch(`http://${listen}/v1/health`).catch(() => undefined);
    };
    await until(clock, STARTED_WITHIN_MS, () => "the daemon starts", knock);
    const token = readFileSync(join(data, "api-token"), "utf8").trim();
    return new Daemon(clock, process, new JsonApi(`http://${listen}`, token));
  }

  /** Settles when the lock is in step. Its button has been pressed. */
  async pair({ label, via }: FarmedLock): Promise<void> {
    const { id } = await this.#api.post<PairingView>("/v1/pairings", { label, via });
    await until(
      this.#clock,
      PAIRED_WITHIN_MS,
      () => `pairing ${via}`,
      async () => {
        const { state, error } = await this.#api.get<PairingView>(`/v1/pairings/${id}`);
        assert(state !== "failed", error);
        return state === "done" || undefined;
      },
    );
  }

  /** Settles when all its locks, up to a thousand, are in step. */
  async untilInStep(): Promise<void> {
    const isInStep = async () => {
      const { items } = await this.#api.get<{ items: LockView[] }>(`/v1/locks?limit=${PAGE_MAX}`);
      return items.every(({ sync }) => sync.state === "in-step") || undefined;
    };
    await until(this.#clock, IN_STEP_WITHIN_MS, () => "all locks are in step", isInStep);
  }

  async readMemory(): Promise<MemoryReading> {
    const answer = once(this.#process, "message");
    this.#process.send({});
    const [reading] = (await answer) as [MemoryReading];
    return reading;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
  }
}
