import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import type { Check } from "../doctor/check.ts";

/** Where the daemon is, as every command can be told. */
export interface ClientOptions {
  config?: string;
  url?: string;
  tokenFile?: string;
}

/** What the commands have of the world. */
export interface CliIo {
  /** One line on stdout: results. */
  out(line: string): void;
  /** One line on stderr: progress and what went wrong. */
  err(line: string): void;
  /** Bytes on stdout; resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
  stdin: AsyncIterable<Uint8Array>;
  fetch: typeof fetch;
  clock: Clock;
  random: Random;
  suite: Suite;
  version: string;
  /** Becomes the daemon; resolves when it has been told to stop. */
  runDaemon(configFile: string | undefined): Promise<void>;
  /** What the doctor finds. */
  diagnose(options: ClientOptions): Promise<Check[]>;
}
