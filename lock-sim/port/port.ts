/** A carrier that the lock can be reached on. */
export interface Port {
  /** Starts to listen; resolves to what others connect to. Rejects with PortError. */
  start(): Promise<string>;
  close(): Promise<void>;
}

/** The port can not be had, or has gone. The message is one sentence for a person. */
export class PortError extends Error {
  override readonly name = "PortError";
}
