import { type ChildProcess, fork } from "node:child_process";
import type { Clock } from "../../protocol/clock.ts";
import type { Reply, Request } from "./runner/messages.ts";

const RUNNER = new URL("./runner/main.js", import.meta.url);

/** A process in which tests of a patched build run against its mutants. */
export class RunnerProcess {
  readonly #clock: Clock;
  readonly #child: ChildProcess;

  /** `mutants` is the number of those in the build. */
  constructor(clock: Clock, mutants: number) {
    this.#clock = clock;
    this.#child = fork(RUNNER, [String(mutants)], {
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
