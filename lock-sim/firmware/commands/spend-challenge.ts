import type { Challenge } from "../challenge.ts";

/** The challenge as it stood when the document came. */
export interface Presented {
  readonly challenge: Uint8Array;
  readonly challengeAgeSeconds: number;
}

/**
 * A document that parses and names the current challenge spends it, good or not (protocol.md §7): nothing can be
 * tried twice under one challenge.
 */
export function spendChallenge(challenge: Challenge, document: { readonly challenge: Uint8Array }): Presented {
  const presented = { challenge: challenge.bytes, challengeAgeSeconds: challenge.ageSeconds() };
  if (challenge.isNamedBy(document)) challenge.draw();
  return presented;
}
