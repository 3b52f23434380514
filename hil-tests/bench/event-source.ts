import type { EventRow } from "../../gateway/store/event-store.ts";
import { RECORD_BYTES } from "../../protocol/log/record.ts";
import type { Random } from "../../protocol/random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { READ_LOG_RECORDS_MAX } from "../../protocol/wire/responses.ts";

export type NewEvent = Omit<EventRow, "cursor">;

/** Records as pulls bring them: from several locks in turn, of each one as many as one READ LOG gives. */
export class EventSource {
  readonly #random: Random;
  readonly #seqs = new Map<string, number>();
  readonly #lockIds: string[];
  #next = 0;

  constructor(random: Random, lockCount: number) {
    this.#random = random;
    this.#lockIds = Array.from({ length: lockCount }, () => toHex(random.bytes(8)));
  }

  /** The next `count` records, pull by pull. */
  pulls(count: number): NewEvent[][] {
    const pulls: NewEvent[][] = [];
    for (let left = count; left > 0; left -= READ_LOG_RECORDS_MAX)
      pulls.push(this.#pull(Math.min(left, READ_LOG_RECORDS_MAX)));
    return pulls;
  }

  #pull(count: number): NewEvent[] {
    const lockId = this.#lockIds[this.#next++ % this.#lockIds.length]!;
    const before = this.#seqs.get(lockId) ?? 0;
    this.#seqs.set(lockId, before + count);
    return Array.from({ length: count }, (_, i) => ({
      lockId,
      generation: 1,
      seq: before + i + 1,
      kind: "record",
      payload: this.#random.bytes(RECORD_BYTES),
      receivedAtMs: 1_800_000_000_000 + before + i,
    }));
  }
}
