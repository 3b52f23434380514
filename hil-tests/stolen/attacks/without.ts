import type { GuardPatch } from "../attack.ts";

// Guards that more than one attack meets.

/** An order leaves its challenge as it was. */
export const CHALLENGE_STAYS: GuardPatch = {
  file: "lock-sim/firmware/challenge.js",
  find: "return equalBytes(this.#bytes, document.challenge);",
  replace: "return false;",
};

/** What an order names as its challenge is not compared with the current one. */
export const ANY_CHALLENGE: GuardPatch = {
  file: "protocol/access/order-check.js",
  find: "if (!equalBytes(order.challenge, challenge))",
  replace: "if (false)",
};

/** A lock draws nothing by chance. */
export const NO_ENTROPY: GuardPatch = {
  file: "lock-sim/lock.js",
  find: "entropy: this.#random,",
  replace: "entropy: { bytes: (length) => new Uint8Array(length).fill(7) },",
};

/** Whose signature an order bears is not looked at. */
export const ANY_ORDER_SIGNATURE: GuardPatch = {
  file: "lock-sim/firmware/decide-by-grant.js",
  find: "verifyOrder(parts.suite,",
  replace: "verifyOrder({ ...parts.suite, es256Verify: () => true },",
};

/** Whose signature a carried grant bears is not looked at. */
export const ANY_GRANT_SIGNATURE: GuardPatch = {
  file: "lock-sim/firmware/decide-by-grant.js",
  find: "verifyGrant(suite,",
  replace: "verifyGrant({ ...suite, es256Verify: () => true },",
};

/** Neither key id nor signature of any document is looked at. */
export const NO_SIGNATURES: GuardPatch = {
  file: "protocol/documents/cose-sign1.js",
  find: "export function verifyEnvelope(suite, envelope, publicKey, domain) {",
  replace: "export function verifyEnvelope(suite, envelope, publicKey, domain) { return Reason.done;",
};

/** A roster's grants are not compared with its digest and count. */
export const ANY_TABLE: GuardPatch = {
  file: "lock-sim/firmware/commands/roster.js",
  find: "const isWhole = staging.count === claims.count && equalBytes(staging.digest(), claims.digest);",
  replace: "const isWhole = true;",
};

/** Whose the lock or group in a grant is, is not looked at. */
export const ANY_AUDIENCE: GuardPatch = {
  file: "protocol/access/decide.js",
  find: "if (!isForLock(question))",
  replace: "if (false)",
};

/** A lock that is paired takes another pairing without the issuer's leave. */
export const PAIRS_FREELY: GuardPatch = {
  file: "lock-sim/firmware/pairing.js",
  find: "return !isTaken && (!slots.isPaired() || pairing.mayPairOneMore);",
  replace: "return !isTaken;",
};

/** A hint may be as far off as it likes. */
export const ANY_HINT: GuardPatch = {
  file: "lock-sim/firmware/lock-clock.js",
  find: "if (Math.abs(offset) > toleranceSeconds)",
  replace: "if (false)",
};

/** A time token may be as old as it likes. */
export const OLD_TOKEN: GuardPatch = {
  file: "lock-sim/firmware/commands/time.js",
  find: "if (!isChallengeFresh(challengeAgeSeconds))",
  replace: "if (false)",
};
