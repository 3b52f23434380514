import type { CloudEvent } from "./cloud-event.ts";

/** "I have this lock's records through this one for good", as a backend says it; nothing of it has been believed yet. */
export interface UplinkReceipt {
  lockId: string;
  generation: number;
  durableThrough: number;
}

/** A way to a backend that takes events. */
export interface Uplink {
  /** Where it leads, for messages. */
  readonly name: string;
  /** Rejects with UplinkError. The same event may be delivered again; its id tells. */
  deliver(batch: readonly CloudEvent[]): Promise<UplinkReceipt[]>;
  close(): Promise<void>;
}

/** The backend can not be reached, refuses, or answers nonsense: try again later. The message is a sentence. */
export class UplinkError extends Error {
  override readonly name = "UplinkError";
  readonly code: UplinkErrorCode;

  constructor(code: UplinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type UplinkErrorCode = "unreachable" | "refused" | "malformed";
