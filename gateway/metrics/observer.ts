import type { ProtocolErrorCode } from "../../protocol/protocol-error.ts";
import type { Reason } from "../../protocol/wire/reason.ts";
import type { ActOutcome } from "../api/services.ts";
import type { DocumentResult } from "../fleet/bundle.ts";
import type { TransportErrorCode } from "../transport/channel.ts";

/**
 * Where the time of an unlock goes, in order: `queue` until its job has the link, `connect` until there is a channel,
 * `session` until OPEN is done (nothing if one stands; RESUME carries the order itself and counts as `bolt`), `act` until
 * the order is signed, `bolt` from sending it to the lock's reply, which waits for the motor.
 */
export type UnlockStep = "queue" | "connect" | "session" | "act" | "bolt";

export type LinkErrorKind = TransportErrorCode | ProtocolErrorCode;

/** Takes note of what happens on the links and to orders. Never throws, and costs nothing worth mentioning. */
export interface Observer {
  /** One frame to the lock; `resent` if it is the same one again. */
  frameSent(lockId: string, resent: boolean): void;
  frameReceived(lockId: string): void;
  linkFailed(lockId: string, kind: LinkErrorKind): void;
  sessionBegan(lockId: string, how: "opened" | "resumed"): void;
  /** The lock refused a command. */
  refused(lockId: string, reason: Reason): void;
  /** A part of an unlock is over. */
  unlockStepTook(step: UnlockStep, ms: number): void;
  /** An order came to this end after so long. */
  orderEnded(outcome: ActOutcome["kind"], ms: number): void;
  /** A document of an issuer elsewhere was judged. */
  documentJudged(result: DocumentResult): void;
  /** The lock has a roster that nobody here has made; said once of each. */
  foreignRoster(lockId: string): void;
}

/** For where nobody counts. */
export const NO_OBSERVER: Observer = {
  frameSent() {},
  frameReceived() {},
  linkFailed() {},
  sessionBegan() {},
  refused() {},
  unlockStepTook() {},
  orderEnded() {},
  documentJudged() {},
  foreignRoster() {},
};
