import type { LinkCounters } from "../link-counters.ts";
import type { Carrier } from "../lock.ts";

/** Where a carrier's frames go: a lock, perhaps behind a bad link. */
export interface LinkEnd {
  readonly counters: LinkCounters;
  /** A new connection's number, or undefined if none is taken. */
  connect(carrier: Carrier): number | undefined;
  /** The far end has gone. */
  disconnect(connection: number): void;
  receive(connection: number, frame: Uint8Array): void;
}

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
