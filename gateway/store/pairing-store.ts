import type { Database } from "./database.ts";

/** One attempt at PAIR and what follows it. */
export interface PairingRow {
  /** 16 hex digits. */
  id: string;
  via: string;
  lockId: string;
  state: "running" | "done" | "failed";
  /** What is being done, or was done last, in words for people. */
  step: string;
  /** Why it failed, in a sentence. */
  error?: string;
  createdAtMs: number;
}

/** Attempts that are kept; the oldest go. */
const PAIRINGS_MAX = 1000;

/** Attempts at pairing; never the label's secret. */
export class PairingStore {
  readonly #database: Database;
  /** By id: ends of attempts that the disk did not take. */
  readonly #unwritten = new Map<string, PairingRow>();

  constructor(database: Database) {
    this.#database = database;
  }

  get(id: string): PairingRow | undefined {
    const unwritten = this.#unwritten.get(id);
    if (unwritten) return unwritten;
    const columns = this.#database.get<PairingColumns>("SELECT * FROM pairing WHERE id = ?", id);
    return columns && pairingRow(columns);
  }

  /** Those that the last run of the daemon did not bring to an end. */
  running(): PairingRow[] {
    return this.#database
      .all<PairingColumns>("SELECT * FROM pairing WHERE state = 'running' ORDER BY rowid")
      .map(pairingRow);
  }

  /** Tells whoever asks how the attempt ended, although the disk did not take it: the next start finds it running. */
  tellUnwritten(pairing: PairingRow): void {
    this.#unwritten.set(pairing.id, pairing);
    const [oldest] = this.#unwritten.keys();
    if (oldest !== undefined && this.#unwritten.size > PAIRINGS_MAX) this.#unwritten.delete(oldest);
  }

  /** Adds the attempt or replaces it. */
  put(pairing: PairingRow): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        `INSERT INTO pairing (id, via, lock_id, state, step, error, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, step = excluded.step, error = excluded.error`,
        pairing.id,
        pairing.via,
        pairing.lockId,
        pairing.state,
        pairing.step,
        pairing.error ?? null,
        pairing.createdAtMs,
      );
      this.#database.run(
        `DELETE FROM pairing WHERE state <> 'running' AND rowid <= (SELECT max(rowid) FROM pairing) - ${PAIRINGS_MAX}`,
      );
    });
  }
}

interface PairingColumns {
  id: string;
  via: string;
  lock_id: string;
  state: PairingRow["state"];
  step: string;
  error: string | null;
  created_at_ms: number;
}

function pairingRow(columns: PairingColumns): PairingRow {
  return {
    id: columns.id,
    via: columns.via,
    lockId: columns.lock_id,
    state: columns.state,
    step: columns.step,
    ...(columns.error !== null && { error: columns.error }),
    createdAtMs: columns.created_at_ms,
  };
}
