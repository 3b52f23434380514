import type { ActName, ActOutcome } from "../api/services.ts";
import type { Reports } from "../fleet/lock-report.ts";
import type { BackendAnswer } from "./backend-answer.ts";
import type { CloudEvent } from "./cloud-event.ts";

/** `alarm` may overtake `ordinary`; what went there comes again on `ordinary`, in its order. */
export type Lane = "alarm" | "ordinary";

/** A way to a backend that takes events. */
export interface Uplink {
  /** Where it leads, for messages. */
  readonly name: string;
  /** Whether alarms have a lane of their own on it; without one they are sent in their order alone. */
  readonly hasLanes: boolean;
  /** What is wrong on the way there although events get through, in sentences. */
  readonly warnings?: readonly string[];
  /** For uplinks over which the backend speaks unasked. Called once, before the first `deliver`. */
  start?(downlink: Downlink): Promise<void>;
  /**
   * Sends events of one lock, in order, and resolves with what the backend said of them. Rejects with UplinkError. The same
   * event may be delivered again; its id tells. The next batch of a lock waits for this one on each lane.
   */
  deliver(batch: readonly CloudEvent[], lane: Lane): Promise<BackendAnswer>;
  /**
   * Says how it stands with locks, and what has become of documents (docs/fleet.md); resolves with what the backend said of
   * it, if it can say something there and then. Rejects with UplinkError.
   */
  report?(reports: Reports): Promise<BackendAnswer>;
  /** For uplinks over which the backend can only answer: it is asked so often, with an empty report if there is no news. */
  readonly askEveryMs?: number;
  /** Deliveries under way end soon, one way or the other. */
  close(): Promise<void>;
}

/** What a backend may ask of the gateway over an uplink. Nothing of it is believed unchecked. */
export interface Downlink {
  /** Unasked: rewind, heads wanted, receipts that come late. */
  answer(answer: BackendAnswer): void;
  /** Carries a bearer's signed order to the lock (protocol.md §7), with the grant that it shows if the lock has it not. */
  order(lockId: string, document: Uint8Array, grant?: Uint8Array): Promise<ActOutcome>;
  /** Has the gateway's own operator act; only where the configuration allows it. */
  command(lockId: string, action: ActName): Promise<ActOutcome>;
}

export interface UplinkErrorOptions extends ErrorOptions {
  /** The backend asks to be left alone for so long. */
  retryAfterMs?: number;
  /** The batch has too many bytes: fewer events may get through. */
  tooLarge?: boolean;
  /** An event of the batch is such that the backend will never take it, and it does not say which. */
  malformed?: boolean;
}

/** The backend can not be reached, refuses, or answers nonsense: try again later. The message is a sentence without its full stop. */
export class UplinkError extends Error {
  override readonly name = "UplinkError";
  readonly code: UplinkErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly tooLarge: boolean;
  readonly malformed: boolean;

  constructor(code: UplinkErrorCode, message: string, options: UplinkErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.tooLarge = options.tooLarge ?? false;
    this.malformed = options.malformed ?? false;
  }
}

/** `malformed` is what the backend says, not what it was sent. */
export type UplinkErrorCode = "unreachable" | "refused" | "malformed";
