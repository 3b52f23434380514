import type { BundleReading } from "../fleet/read-bundle.ts";

/**
 * What a backend says, in answer to a batch or unasked (docs/events.md). It is well formed; nothing of it has been believed yet.
 * Absent lists are empty.
 */
export interface BackendAnswer {
  /** On single events; counts only in the answer to the batch that they were in. */
  results?: readonly EventResult[];
  /** "I have this generation's records through this one for good": it need not be kept for me any more. */
  durableThrough?: readonly LogPlace[];
  /** "I have this generation's records only through this one: send what follows again." */
  rewind?: readonly LogPlace[];
  /** Receipts that the issuer signed for locks (protocol.md §7), as they are. */
  lockReceipts?: readonly Uint8Array[];
  headsWanted?: readonly HeadWanted[];
  /**
   * What an issuer elsewhere has signed. What becomes of it goes up with the next report; that it can not be read is no reason
   * not to believe the rest.
   */
  documents?: BundleReading;
}

export interface EventResult {
  /** The CloudEvent's. */
  id: string;
  outcome: EventOutcome;
  /** Why, as the backend names it; for people. */
  code?: string;
}

/** `accepted` and `duplicate`: it is stored for good. `rejected`: it never will be. `retry`: not now. */
export const EVENT_OUTCOMES = ["accepted", "duplicate", "rejected", "retry"] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

/** A record of a lock's log; seq 0 is before the first. */
export interface LogPlace {
  lockId: string;
  generation: number;
  seq: number;
}

/** "Let the lock sign its log's head over this nonce of 16 bytes." */
export interface HeadWanted {
  lockId: string;
  nonce: Uint8Array;
}
