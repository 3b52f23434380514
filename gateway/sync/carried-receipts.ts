import type { Suite } from "../../crypto/suite.ts";
import { type Receipt, verifyReceipt } from "../../protocol/documents/receipt.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import { reasonName } from "../../protocol/wire/reason.ts";
import { HEAD_BYTES } from "../../protocol/wire/responses.ts";
import { verifyUnderAny } from "../issuer/verify-under-any.ts";
import type { Database } from "../store/database.ts";
import type { EventStore } from "../store/event-store.ts";

export interface CarriedReceiptsParts {
  suite: Suite;
  database: Database;
  events: EventStore;
  /** The keys whose signature locks trust, oldest first. */
  issuerPks: () => readonly Uint8Array[];
  isKnownLock: (lockId: string) => boolean;
}

/**
 * Receipts that the issuer has signed elsewhere, on their way to their locks (protocol.md §7). The lock has the last word; what
 * can be seen to be wrong here does not get that far.
 */
export class CarriedReceipts {
  readonly #parts: CarriedReceiptsParts;

  constructor(parts: CarriedReceiptsParts) {
    this.#parts = parts;
  }

  /** Keeps it for its lock, whose id it resolves with, or says in a few words what is wrong with it. */
  async put(document: Uint8Array): Promise<{ lockId: string } | { lie: string }> {
    const { suite, database, issuerPks } = this.#parts;
    const receipt = verifyUnderAny(issuerPks(), (issuerPk) => verifyReceipt(suite, document, issuerPk));
    if (!receipt.ok) return { lie: `a lock's receipt that does not verify: ${reasonName(receipt.reason)}` };
    const { generation, seq } = receipt.value;
    const lockId = toHex(receipt.value.lockId);
    const lie = this.#whatIsWrong(lockId, receipt.value);
    if (lie) return { lie };
    await database.write(() => {
      database.run(
        `INSERT INTO carried_receipt (lock_id, generation, seq, document) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET seq = excluded.seq, document = excluded.document
           WHERE excluded.seq > seq OR (excluded.seq = seq AND excluded.document <> document)`,
        lockId,
        generation,
        seq,
        document,
      );
    });
    return { lockId };
  }

  /** The newest for this generation of this lock. */
  get(lockId: string, generation: number): { seq: number; document: Uint8Array } | undefined {
    return this.#parts.database.get<{ seq: number; document: Uint8Array }>(
      "SELECT seq, document FROM carried_receipt WHERE lock_id = ? AND generation = ?",
      lockId,
      generation,
    );
  }

  #whatIsWrong(lockId: string, { generation, seq, head }: Receipt): string | undefined {
    const { events, isKnownLock } = this.#parts;
    if (!isKnownLock(lockId)) return `a receipt for lock ${lockId}, which is not known here`;
    // The lock would forget what nothing but its own word vouches for.
    const covered = events.headThrough(lockId, generation);
    if (seq > covered) return `a lock's receipt through ${seq} when its signed head covers ${covered}`;
    const record = events.record(lockId, generation, seq);
    if (record && !equalBytes(record.slice(-HEAD_BYTES), head)) return `a lock's receipt for another record ${seq}`;
    return undefined;
  }
}
