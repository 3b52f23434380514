/** The world is wrong: try again later. Nothing is known of whether the lock saw the request. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type TransportErrorCode = "unreachable" | "timeout" | "closed" | "busy";

/** How urgent a request is: on a shared bus or radio, waiting requests of higher urgency go first. */
export type Urgency = "unlock" | "sync";

/**
 * One lock at the far end of a carrier (protocol.md §10): one frame out, one frame back.
 *
 * At most one request is in flight; calling `request` again before it settles is a mistake of ours and asserts. A carrier
 * that can lose frames resends the identical bytes by itself until the deadline. After a TransportError the
 * channel may be used again unless `closed` is aborted.
 */
export interface Channel {
  /** The reply frame, 1–1024 bytes; rejects with TransportError at the deadline or when the carrier is lost. */
  request(frame: Uint8Array, options: { deadlineMs: number; urgency: Urgency }): Promise<Uint8Array>;
  /** An unlock waits for the request in progress, which goes ahead of others' syncs now. Only shared carriers have it. */
  hurry?(): void;
  /** The far end has proved to be the lock. Only carriers on which others may pose as one have it. */
  proved?(): void;
  /** Aborts when the carrier has gone for good (TCP closed, port removed); on a serial line, never before `close()`. */
  readonly closed: AbortSignal;
  close(): Promise<void>;
}

/** Who wants a channel opened. */
export interface OpenOptions {
  readonly urgency: Urgency;
  /** The lock shall be in pairing mode, as far as it can be told beforehand. */
  readonly isPairing?: boolean;
  /** Nobody waits for it any more: `open` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Opens channels of one kind: `tcp://host:port`, `serial:/dev/ttyUSB0?address=3`, `ble:0a1b2c3d4e5f6071`. */
export interface Transport {
  /** Rejects with TransportError("unreachable") and a sentence that a person can act on. */
  open(via: string, options: OpenOptions): Promise<Channel>;
  /** An unlock waits for a channel that is being opened. Only shared carriers have it. */
  hurry?(via: string): void;
  close(): Promise<void>;
}

/** What is heard of locks between connections (protocol.md §10). */
export interface Radio {
  /** Tells of each advertisement: the lock's id in hex, and its flags. */
  onBeacon(listener: (lockId: string, flags: number) => void): void;
  /** How the lock is heard, in a sentence, if that makes it slow or unreachable. */
  describe(lockId: string): string | undefined;
  /** Each adapter in use, and why it can not be used, in a sentence. */
  adapters(): { name: string; trouble?: string }[];
}
