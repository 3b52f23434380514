/** Why a lock refused (protocol.md §6); `done` is no refusal. */
export const Reason = {
  done: 0,
  malformed: 1,
  unknownCommand: 2,
  notAllowed: 3,
  signature: 4,
  unknownKey: 5,
  wrongLock: 6,
  staleChallenge: 7,
  unknownGrant: 8,
  revoked: 9,
  notYetValid: 10,
  expired: 11,
  outsideHours: 12,
  usesSpent: 13,
  rightMissing: 14,
  proofMissing: 15,
  secondFactorMissing: 16,
  lockedOut: 17,
  timeUncertain: 18,
  epochNotNewer: 19,
  digestMismatch: 20,
  tableFull: 21,
  batteryTooLow: 22,
  jammed: 23,
  busy: 24,
  notFound: 25,
  imageMismatch: 26,
  versionNotNewer: 27,
  privacy: 28,
  outcomeUnknown: 29,
  rosterStale: 30,
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];

/** The value, or the reason that a lock gives for refusing it. */
export type Checked<T> = { ok: true; value: T } | { ok: false; reason: Reason };

/** The words of protocol.md §6: "stale challenge". */
export function reasonName(reason: Reason): string {
  return NAMES.get(reason)!;
}

export function isReason(status: number): status is Reason {
  return NAMES.has(status);
}

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(Reason).map(([key, reason]) => [reason, inWords(key)] as const),
  [Reason.notAllowed, "not allowed in this session"],
]);

/** `staleChallenge` → "stale challenge". */
function inWords(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
