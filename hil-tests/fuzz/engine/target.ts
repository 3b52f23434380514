/** What one execution does with an input. It throws what the target allows if the input is broken; anything else is a find. */
export type Execute = (input: Uint8Array) => void | Promise<void>;

export interface Opened {
  readonly execute: Execute;
  close?(): Promise<void>;
}

/** Something that takes bytes from outside, and what holds of it whatever they are. */
export interface Target {
  readonly name: string;
  /** Inputs to begin with, most of them good ones that our own encoders made. */
  seeds(): readonly Uint8Array[];
  /** Pieces that mean something to the target; mutation writes them into inputs. */
  readonly dictionary?: readonly Uint8Array[];
  readonly inputBytesMax: number;
  /** Executions between two looks at the coverage, which take a millisecond or so. */
  readonly batch: number;
  /** How the target refuses a broken input. */
  readonly allowed: readonly (abstract new (
    ...args: never[]
  ) => Error)[];
  /** Makes what an execution needs; it must come out the same each time, or finds could not be replayed. */
  open(): Opened | Promise<Opened>;
  /** For a target whose executions leave something behind: how many share what `open` made. */
  readonly executionsPerOpen?: number;
}

/** The heap that a target may hold on to after all its executions, beyond what it had after the seeds. */
export const RETAINED_BYTES_MAX = 32 * 1024 * 1024;
