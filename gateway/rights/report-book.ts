import type { Database } from "../store/database.ts";
import type { LockReportRow, LockReportStore } from "../store/lock-report-store.ts";
import type { HeardReport, HeardResult } from "./heard-report.ts";

/** What is known of a lock through one gateway: its last report, and what became of the roster that was sent since. */
export interface KnownReport extends HeardReport {
  /** The roster of this epoch does not go there again before the next report: a person is asked there, or it was refused. */
  answered?: { epoch: number; outcome: "held" | "refused"; code?: string };
  /** The gateway has another roster with this epoch, or with a newer one: the next must be newer still. */
  conflictingEpoch?: number;
  /** The gateway lacks what a difference builds on: everything, or these grants. */
  lacks?: "everything" | string[];
  /** Wall time at which it last told of an epoch above all that were given here. */
  ledAtMs?: number;
}

/** What gateways have said of the locks that are known here. */
export class ReportBook {
  readonly #database: Database;
  readonly #store: LockReportStore;

  constructor(database: Database, store: LockReportStore) {
    this.#database = database;
    this.#store = store;
  }

  get(lockId: string, gatewayId: string): KnownReport | undefined {
    const row = this.#store.get(lockId, gatewayId);
    return row && parse(row);
  }

  ofGateway(gatewayId: string): KnownReport[] {
    return this.#store.ofGateway(gatewayId).map(parse);
  }

  ofLock(lockId: string): KnownReport[] {
    return this.#store.ofLock(lockId).map(parse);
  }

  /** Durable when it resolves. Results belong to what was sent before, and stand until there is another report. */
  async note(gatewayId: string, reports: readonly KnownReport[], results: readonly HeardResult[]): Promise<void> {
    await this.#database.write(() => {
      for (const report of reports) {
        const { ledAtMs } = this.get(report.lockId, gatewayId) ?? {};
        this.#put({ ...(ledAtMs !== undefined && { ledAtMs }), ...report });
      }
      for (const result of results) {
        const known = this.get(result.lockId, gatewayId);
        if (known) this.#put(afterResult(known, result));
      }
    });
  }

  #put(report: KnownReport): void {
    const { lockId, gatewayId, generation, reportedEpoch: epoch, wantedEpoch } = report;
    this.#store.put({ lockId, gatewayId, generation, epoch, wantedEpoch, report: JSON.stringify(report) });
  }
}

function parse({ report }: LockReportRow): KnownReport {
  return JSON.parse(report) as KnownReport;
}

function afterResult(
  { answered: _, lacks: __, conflictingEpoch: ___, ...known }: KnownReport,
  result: HeardResult,
): KnownReport {
  const { epoch, outcome, code } = result;
  switch (outcome) {
    case "accepted":
    case "duplicate":
      return { ...known, wantedEpoch: Math.max(known.wantedEpoch, epoch) };
    case "held":
      return { ...known, answered: { epoch, outcome, ...(code !== undefined && { code }) } };
    default:
      return afterRefusal(known, result);
  }
}

/** Some refusals say what to send instead; after the others the next report shows whether anything has changed. */
function afterRefusal(known: KnownReport, { epoch, code, missing }: HeardResult): KnownReport {
  switch (code) {
    case "base-unknown":
    case "digest-mismatch":
      return { ...known, lacks: "everything" };
    case "grants-missing":
      return { ...known, lacks: missing.length > 0 ? missing : "everything" };
    // Whoever signed that roster, it was not this issuer, or not as it is now: what is said next has to be newer.
    case "conflicting-roster":
    case "epoch-not-newer":
      return { ...known, conflictingEpoch: epoch };
    default:
      return { ...known, answered: { epoch, outcome: "refused", ...(code !== undefined && { code }) } };
  }
}
