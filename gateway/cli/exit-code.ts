/** How a command ended, for scripts. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  refusedByLock: 4,
  lockUnreachable: 5,
  outcomeUnknown: 6,
  notGenuine: 7,
  unproven: 8,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  failed
  2  the command line, the label or the configuration is wrong
  3  portvakt is not running, or can not be reached
  4  the lock refused
  5  the lock can not be reached; nothing was done
  6  it is not known yet whether the lock did it
  7  what was to be verified does not hold
  8  it holds together, but not all of it is proven: keys were not given with --keys, or records are not signed yet`;

/** A command that has to end, with one line for people. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  /** What the API answered, if it did. */
  readonly problem: object | undefined;

  constructor(exitCode: ExitCode, message: string, problem?: object) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}
