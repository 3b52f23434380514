import type { Database } from "./database.ts";

/** What people have set at one lock; what is absent is as the site or the protocol has it (protocol.md §7). */
export interface LockSettings {
  /** At most 32 bytes of UTF-8. */
  name?: string;
  /** POSIX TZ. */
  tz?: string;
  /** Local dates as days since 1970, in place of the site's. */
  holidays?: number[];
  /** Locks of one stair check tags and PINs with the same secrets. */
  stair?: string;
  autoRelockSeconds?: number;
  wrongTriesMax?: number;
  lockoutSeconds?: number;
  unlockSeconds?: number;
  ajarSeconds?: number;
  /** How long its delivered events stay at the gateway; the store's if absent. The lock is not told. */
  keepDays?: number;
}

/** Settings of locks and the site's holidays. Changes happen inside `Database.write`. */
export class SettingsStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Empty for a lock at which nothing has been set. */
  ofLock(lockId: string): LockSettings {
    const row = this.#database.get<{ settings: string }>(
      "SELECT settings FROM lock_settings WHERE lock_id = ?",
      lockId,
    );
    return row ? (JSON.parse(row.settings) as LockSettings) : {};
  }

  /** Inside `Database.write`. Replaces them all. */
  put(lockId: string, settings: LockSettings): void {
    this.#database.run(
      "INSERT OR REPLACE INTO lock_settings (lock_id, settings) VALUES (?, ?)",
      lockId,
      JSON.stringify(settings),
    );
  }

  /** The site's, as days since 1970, in ascending order. */
  holidays(): number[] {
    return this.#database.all<{ day: number }>("SELECT day FROM holiday ORDER BY day").map(({ day }) => day);
  }

  /** Inside `Database.write`. Replaces them all. */
  putHolidays(days: readonly number[]): void {
    this.#database.run("DELETE FROM holiday");
    for (const day of days) this.#database.run("INSERT INTO holiday (day) VALUES (?)", day);
  }
}
