import type { LockSession } from "../link/lock-session.ts";

/** Lends a session of one lock for one job. Between two jobs others may have their turn, and the session may be a new one. */
export type Talk = <T>(job: (session: LockSession) => Promise<T>) => Promise<T>;
