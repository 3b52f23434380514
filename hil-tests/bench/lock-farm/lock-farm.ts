import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FarmedLock, PressButton } from "./messages.ts";

const PROGRAM = fileURLToPath(new URL("./main.js", import.meta.url));

/** A process with many locks. */
export class LockFarm {
  readonly locks: readonly FarmedLock[];
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, locks: readonly FarmedLock[]) {
    this.#process = process;
    this.locks = locks;
  }

  static async start(count: number): Promise<LockFarm> {
    const process = fork(PROGRAM, [String(count)]);
    const [locks] = (await once(process, "message")) as [FarmedLock[]];
    return new LockFarm(process, locks);
  }

  /** The button inside the door. */
  pressButton({ label }: FarmedLock): void {
    this.#process.send({ label } satisfies PressButton);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.disconnect();
    await ended;
  }
}
