import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { Reason, reasonName } from "../../protocol/wire/reason.ts";
import type { SyncStatus } from "../api/services.ts";
import { describeTrouble } from "../link/link-trouble.ts";
import { LockDisagrees } from "../link/lock-disagrees.ts";
import { StoreError } from "../store/store-error.ts";
import { TransportError } from "../transport/channel.ts";
import { LogDisagrees, LogWentBack } from "./same-log.ts";

export type Trouble = Pick<SyncStatus, "state" | "reason" | "sentence" | "refusal">;

const KEYS_UNKNOWN =
  "The lock is there but does not answer this gateway's keys: it may have been paired anew since (was a backup of the gateway put back?). If that goes on, pair it again.";

/** What a caretaker can do about a refusal, where that is more than to wait. */
const ADVICE: Partial<Record<Reason, string>> = {
  [Reason.tableFull]: "It has no room for all its grants: revoke some, or give fewer people a PIN there.",
  [Reason.unknownKey]: "It listens to another issuer: reset it by hand at the door and pair it again.",
  [Reason.signature]: "It listens to another issuer: reset it by hand at the door and pair it again.",
  [Reason.timeUncertain]: "Its clock has to be set first.",
  [Reason.batteryTooLow]: "Change its batteries.",
};

/**
 * What a failed round comes to, for people and programs, or undefined if neither the lock nor the world is to blame. `isSilent`:
 * something at the lock's place is connected, and leaves every OPEN unanswered (protocol.md §8: a wrong mac gets silence).
 */
export function troubleOf(error: unknown, isSilent: boolean): Trouble | undefined {
  const sentence = describeTrouble(error);
  if (sentence === undefined) return undefined;
  if (error instanceof RefusedByPeer) {
    if (error.err === Err.noSuchSlot) return { state: "stopped", reason: "not-paired", sentence };
    return { state: "waiting", reason: "waiting-for-contact", sentence };
  }
  if (error instanceof TransportError) {
    if (isSilent) return { state: "waiting", reason: "keys-unknown", sentence: KEYS_UNKNOWN };
    return { state: "waiting", reason: "waiting-for-contact", sentence };
  }
  if (error instanceof StoreError) return { state: "waiting", reason: "disk-trouble", sentence };
  if (error instanceof LogDisagrees) {
    return { state: error instanceof LogWentBack ? "stopped" : "waiting", reason: "log-disagrees", sentence };
  }
  if (error instanceof LockDisagrees && error.refusal !== undefined) return refusedTrouble(error.refusal, sentence);
  return { state: "waiting", reason: "not-trusted", sentence };
}

function refusedTrouble(refusal: Reason, sentence: string): Trouble {
  const advice = ADVICE[refusal];
  return {
    state: "waiting",
    reason: "refused",
    sentence: advice ? `${sentence} ${advice}` : sentence,
    refusal: reasonName(refusal).replaceAll(" ", "-"),
  };
}
