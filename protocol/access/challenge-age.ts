/** In seconds of the lock's uptime (protocol.md §7). */
const FRESH_SECONDS = 120;

/**
 * Whether a challenge that was drawn so long ago still tells when a document over it was signed. Who carries the document may
 * have held it back ever since (protocol.md §0).
 */
export function isChallengeFresh(ageSeconds: number): boolean {
  return ageSeconds < FRESH_SECONDS;
}
