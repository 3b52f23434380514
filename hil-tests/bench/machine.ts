import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";

/** What the figures were taken on. */
export interface Machine {
  node: string;
  system: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
}

export function describeMachine(): Machine {
  return {
    node: process.version,
    system: `${type()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}
