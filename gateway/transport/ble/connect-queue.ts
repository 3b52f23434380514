import type { Urgency } from "../channel.ts";
import type { BleConnection } from "./ble-connection.ts";

/** Controllers of Pis and USB sticks keep about this many connections as a central at a time. */
export const CONNECTIONS_MAX = 5;
/** Syncs leave one free, so that an unlock finds room at once. */
const SYNCS_MAX = CONNECTIONS_MAX - 1;
/** A connection that was idle for so long goes when somebody waits for its place. */
export const GIVEN_UP_AFTER_MS = 300;

export interface Waiting {
  readonly lockId: string;
  urgency: Urgency;
}

/** Who connects next, and who hangs up for it: unlocks first, then in order of asking. */
export class ConnectQueue<Job extends Waiting> {
  #jobs: Job[] = [];

  get first(): Job | undefined {
    return this.#jobs.find(({ urgency }) => urgency === "unlock") ?? this.#jobs[0];
  }

  get all(): readonly Job[] {
    return this.#jobs;
  }

  push(job: Job): void {
    this.#jobs.push(job);
  }

  /** Back to the front: it has waited longest. */
  putBack(job: Job): void {
    this.#jobs.unshift(job);
  }

  remove(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
  }
}

/** Whether there is room for one more connection of this urgency. */
export function hasRoom(connections: ReadonlySet<BleConnection>, urgency: Urgency): boolean {
  return connections.size < (urgency === "unlock" ? CONNECTIONS_MAX : SYNCS_MAX);
}

/**
 * The connection that gives way when there is no room: one that has been idle, the longest first; for an unlock also one of a sync
 * at work, which loses nothing but time. Undefined if none does yet.
 */
export function whoGivesWay(
  connections: ReadonlySet<BleConnection>,
  urgency: Urgency,
  nowMs: number,
): BleConnection | undefined {
  const idle = [...connections]
    .flatMap((connection) => {
      const { use } = connection;
      return use.kind === "idle" ? [{ connection, sinceMs: use.sinceMs }] : [];
    })
    .sort((a, b) => a.sinceMs - b.sinceMs)[0];
  if (idle && (urgency === "unlock" || nowMs - idle.sinceMs >= GIVEN_UP_AFTER_MS)) return idle.connection;
  if (urgency === "sync") return undefined;
  return [...connections].find(({ use, lost }) => use.kind === "busy" && use.urgency === "sync" && !lost.aborted);
}
