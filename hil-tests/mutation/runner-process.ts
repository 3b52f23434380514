import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Clock } from "../../protocol/clock.ts";
import type { Reply, Request } from "./runner/messages.ts";

const RUNNER = "hil-tests/mutation/runner/main.js";

/** A process of a patched build in which tests run against mutants. */
export class RunnerProcess {
  readonly #clock: Clock;
  readonly #child: ChildProcess;

  /** `dist` is the patched build's, `mutants` the number of those in it. */
  constructor(clock: Clock, dist: string, mutants: number) {
    this.#clock = clock;
    this.#child = fork(join(dist, RUNNER), [String(mutants)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    });
  }

  /** The answer; undefined if none came in time or the process ended. It is of no use then. */
  ask<K extends Reply["kind"]>(
    kind: K,
    request: Request,
    timeoutMs: number,
  ): Promise<Extract<Reply, { kind: K }> | undefined> {
    return new Promise((resolve) => {
      const settle = (reply: Reply | undefined) => {
        timer.cancel();
        this.#child.removeAllListeners();
        resolve(reply?.kind === kind ? (reply as Extract<Reply, { kind: K }>) : undefined);
      };
      const timer = this.#clock.schedule(timeoutMs, () => settle(undefined));
      this.#child.once("message", settle);
      this.#child.once("exit", () => settle(undefined));
      this.#child.send(request);
    });
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }
}
