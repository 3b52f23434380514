import type { Parts } from "../controller/parts.ts";
import { Status } from "../hci/status.ts";

/**
 * The answer to a command: Command Complete with its return parameters, of which the first is a status, or Command
 * Status. `afterwards` does what may send further events.
 */
export type Answer =
  | { kind: "complete"; parameters: Uint8Array; afterwards?: () => void }
  | { kind: "status"; status: number; afterwards?: () => void };

export interface Command {
  readonly opcode: number;
  /** Of its parameters, which have this length when `run` sees them. */
  readonly bytes: number;
  /** Whether Command Status answers it; else Command Complete. */
  readonly answersByStatus?: boolean;
  run(parts: Parts, parameters: Uint8Array): Answer;
}

/** Command Complete without an error. */
export function done(...returnParameters: number[]): Answer {
  return { kind: "complete", parameters: Uint8Array.of(Status.success, ...returnParameters) };
}

/** Command Complete with an error, and nothing done. */
export function refused(status: number, ...returnParameters: number[]): Answer {
  return { kind: "complete", parameters: Uint8Array.of(status, ...returnParameters) };
}

/** Command Status without an error; an event follows some time. */
export function begun(afterwards: () => void): Answer {
  return { kind: "status", status: Status.success, afterwards };
}

/** Command Status with an error, and nothing begun. */
export function notBegun(status: number): Answer {
  return { kind: "status", status };
}
