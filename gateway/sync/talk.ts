import type { LockSession } from "../link/lock-session.ts";

/**
 * Lends a session of one lock for one job, of one command where it can be: between two jobs an unlock may have its turn, another
 * lock on the same carrier too, and the session may be a new one.
 */
export type Talk = <T>(job: (session: LockSession) => Promise<T>) => Promise<T>;
