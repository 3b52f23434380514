/** What a server tells of itself and of a stream that takes our events. */
export interface StreamFacts {
  stream: string;
  /** Like 2.10.4. */
  serverVersion: string;
  replicas: number;
  storage: "file" | "memory";
  retention: "limits" | "interest" | "workqueue";
  discard: "old" | "new";
  /** -1 = no limit, here and below. */
  messagesMax: number;
  messagesPerSubjectMax: number;
  bytesMax: number;
  /** 0 = no limit. */
  ageMaxMs: number;
}

const REPLICAS_MIN = 3;
/** An unread event is to outlive a backend's long week-end: what is dropped before comes again, but late. */
const AGE_MS_MIN = 3 * 24 * 60 * 60 * 1000;
/** The first server whose writing to the disk can be set. */
const SYNC_SETTABLE_SINCE = [2, 10] as const;

/**
 * Why this stream may lose events that the server has acknowledged, each in a sentence. Nothing is lost for good by it, since the
 * gateway waits for the backend's own receipts; but each such event comes late.
 */
export function streamWarnings(facts: StreamFacts): string[] {
  const { stream, replicas, storage, retention } = facts;
  const warnings: string[] = [];
  const warn = (isSo: boolean, what: string) => {
    if (isSo) warnings.push(`The stream ${stream} ${what}.`);
  };
  warn(storage === "memory", "is kept in memory alone and forgets all when its servers stop");
  warn(replicas < REPLICAS_MIN, `has ${replicas} of ${REPLICAS_MIN} replicas and is lost with its server`);
  warn(retention === "interest", "keeps nothing while no consumer is registered (retention interest)");
  for (const limit of limitsOf(facts)) warn(true, `drops unread events by its ${limit}`);
  if (isSyncFixed(facts.serverVersion)) {
    warnings.push(
      `The server's version ${facts.serverVersion} writes to the disk only every two minutes, so that a power cut loses what it has acknowledged; sync_interval can be set since 2.10.`,
    );
  }
  return warnings;
}

function limitsOf(facts: StreamFacts): string[] {
  const limits = facts.ageMaxMs > 0 && facts.ageMaxMs < AGE_MS_MIN ? ["max_age"] : [];
  if (facts.discard === "new") return limits;
  if (facts.messagesMax > 0) limits.push("max_msgs with discard old");
  if (facts.messagesPerSubjectMax > 0) limits.push("max_msgs_per_subject with discard old");
  if (facts.bytesMax > 0) limits.push("max_bytes with discard old");
  return limits;
}

/** The setting itself is shown to the server's administrators alone, not to us. */
function isSyncFixed(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor, sinceMinor] = SYNC_SETTABLE_SINCE;
  return major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
}
