import Sqlite from "better-sqlite3";
import { initial } from "../../../gateway/store/migrations/0001-initial.ts";
import type { NewEvent } from "../event-source.ts";

/** better-sqlite3 called directly: the gateway's own tables and pragmas, one prepared INSERT, one transaction a batch. */
export class BareEventTable {
  readonly #sqlite: Sqlite.Database;
  readonly #insertAll: (events: readonly NewEvent[]) => void;

  constructor(path: string) {
    this.#sqlite = new Sqlite(path);
    this.#sqlite.pragma("locking_mode = EXCLUSIVE");
    this.#sqlite.pragma("journal_mode = WAL");
    this.#sqlite.pragma("synchronous = FULL");
    this.#sqlite.exec(initial.sql);
    const insert = this.#sqlite.prepare(
      "INSERT INTO event (lock_id, generation, seq, kind, payload, received_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#insertAll = this.#sqlite.transaction((events: readonly NewEvent[]) => {
      for (const { lockId, generation, seq, kind, payload, receivedAtMs } of events)
        insert.run(lockId, generation, seq, kind, payload, receivedAtMs);
    });
  }

  /** Durable when it returns. */
  insert(events: readonly NewEvent[]): void {
    this.#insertAll(events);
  }

  close(): void {
    this.#sqlite.close();
  }
}
