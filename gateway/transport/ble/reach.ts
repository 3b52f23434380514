/** How a lock was reached. */
export interface Reach {
  /** dBm. */
  readonly rssi: number;
  /** How often connecting had to be tried again. */
  readonly retries: number;
  readonly tookMs: number;
}

/** Below this packets begin to be lost. */
const WEAK_DBM = -85;
/** A lock that advertises every second is heard more often than that, even at the edge of range. */
const SILENT_MS = 60_000;
const SLOW_MS = 3_000;

/** What makes a lock slow, or unreachable, in a sentence; undefined if nothing does. */
export function describeReach(of: {
  isConnected: boolean;
  isHeard: boolean;
  silentMs: number;
  reached: Reach | undefined;
}): string | undefined {
  const { isConnected, isHeard, silentMs, reached } = of;
  if (!isConnected && silentMs >= SILENT_MS) return `${capital(seenWords(isHeard ? silentMs : undefined))}.`;
  if (!reached || (reached.rssi > WEAK_DBM && reached.retries === 0 && reached.tookMs < SLOW_MS)) return undefined;
  const took = reached.tookMs < SLOW_MS ? "" : `it took ${(reached.tookMs / 1_000).toFixed(1)} s to connect, `;
  return `${capital(`${took}${signalWords(reached)}`)}.`;
}

/** Undefined: never. */
export function seenWords(silentMs: number | undefined): string {
  return silentMs === undefined ? "not seen since the start" : `not seen for ${durationWords(silentMs)}`;
}

function signalWords({ rssi, retries }: Reach): string {
  const strength = rssi <= WEAK_DBM ? "weak signal" : "signal";
  const tries = retries === 0 ? "" : `, ${retries} ${retries === 1 ? "retry" : "retries"}`;
  return `${strength}: ${rssi < 0 ? `−${-rssi}` : rssi} dBm${tries}`;
}

function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
