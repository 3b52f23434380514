import type { Database } from "./database.ts";

/** What a gateway said last of a lock. */
export interface LockReportRow {
  lockId: string;
  gatewayId: string;
  generation: number;
  /** Of the roster that the lock itself holds; 0 if that is not known. */
  epoch: number;
  /** Of the roster that the gateway is to bring; 0 if it has none. */
  wantedEpoch: number;
  /** JSON, as the rights code wrote it. */
  report: string;
}

/** The last report of each gateway about each lock. Changes happen inside `Database.write`. */
export class LockReportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(lockId: string, gatewayId: string): LockReportRow | undefined {
    const sql = `${SELECT_REPORT} WHERE lock_id = ? AND gateway_id = ?`;
    return this.#database.get<LockReportRow>(sql, lockId, gatewayId);
  }

  ofGateway(gatewayId: string): LockReportRow[] {
    return this.#database.all<LockReportRow>(`${SELECT_REPORT} WHERE gateway_id = ? ORDER BY lock_id`, gatewayId);
  }

  ofLock(lockId: string): LockReportRow[] {
    return this.#database.all<LockReportRow>(`${SELECT_REPORT} WHERE lock_id = ? ORDER BY gateway_id`, lockId);
  }

  /** The newest epoch that a gateway has heard of, from the lock or from an issuer; 0 if none has. */
  newestEpoch(lockId: string): number {
    const sql = "SELECT max(max(epoch, wanted_epoch)) AS epoch FROM lock_report WHERE lock_id = ?";
    return this.#database.get<{ epoch: number | null }>(sql, lockId)?.epoch ?? 0;
  }

  /** Inside `Database.write`. */
  put(row: LockReportRow): void {
    this.#database.run(
      `INSERT OR REPLACE INTO lock_report (lock_id, gateway_id, generation, epoch, wanted_epoch, report)
       VALUES (?, ?, ?, ?, ?, ?)`,
      row.lockId,
      row.gatewayId,
      row.generation,
      row.epoch,
      row.wantedEpoch,
      row.report,
    );
  }
}

const SELECT_REPORT = `SELECT lock_id AS lockId, gateway_id AS gatewayId, generation, epoch, wanted_epoch AS wantedEpoch, report
  FROM lock_report`;
