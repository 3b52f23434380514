import type { Database } from "./database.ts";

/** The wall clock as the gateway last believed it: at the next start it can not be earlier. */
export class TimeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Milliseconds since 1970; 0 before the first time. */
  lastBelievedMs(): number {
    return this.#database.get<{ wall_ms: number }>("SELECT wall_ms FROM gateway_time")?.wall_ms ?? 0;
  }

  setLastBelieved(wallMs: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("INSERT OR REPLACE INTO gateway_time (id, wall_ms) VALUES (1, ?)", wallMs);
    });
  }
}
