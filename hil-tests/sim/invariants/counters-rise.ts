import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { decodeMessage } from "../../../protocol/wire/messages.ts";
import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

const S1_HEADER = 0x19;

interface LockCounters {
  generation: number;
  seq: number;
  epoch: number;
  bootCount: number;
  /** Newest n by slot, with the S1 that carried it. */
  resumes: Map<number, { n: number; s1: string }>;
}

/** Generations, record numbers, boot counts and epochs of a lock never go back, and no n ever carries two different S1 (protocol.md §4). */
export class CountersRise implements Invariant {
  readonly name = "counters and epochs never go back";
  readonly #locks = new Map<number, LockCounters>();

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "record":
        return this.#record(happening);
      case "frame":
        if (happening.by !== "gateway" || happening.bytes[0] !== S1_HEADER) return undefined;
        return this.#resume(happening.lock, happening.bytes);
      default:
        return undefined;
    }
  }

  #record({ lock, generation, record }: Happening & { kind: "record" }): string | undefined {
    const known = this.#of(lock);
    if (generation < known.generation) return `lock ${lock} went from generation ${known.generation} to ${generation}`;
    const isNew = generation > known.generation;
    if (isNew) Object.assign(known, { generation, epoch: 0, seq: 0 });
    if (record.seq !== known.seq + 1) return `record ${record.seq} of lock ${lock} follows ${known.seq}`;
    known.seq = record.seq;
    const [high, low] = auxPair(record.aux);
    if (record.type === RecordType.boot) {
      if (high <= known.bootCount) return `boot ${high} of lock ${lock} follows ${known.bootCount}`;
      known.bootCount = high;
    }
    if (record.type === RecordType.rosterCommitted) {
      if (low <= known.epoch) return `lock ${lock} committed epoch ${low} after ${known.epoch}`;
      known.epoch = low;
    }
    // A slot that is paired anew counts from 0 again.
    if (record.type === RecordType.paired) known.resumes.delete(low);
    return undefined;
  }

  #resume(lock: number, bytes: Uint8Array): string | undefined {
    const message = decodeMessage(bytes);
    if (message.type !== "S1") return undefined;
    const { slot, n } = message;
    const known = this.#of(lock);
    const newest = known.resumes.get(slot);
    const s1 = toHex(bytes);
    if (newest && n <= newest.n && s1 !== newest.s1) return `an S1 to lock ${lock} has n ${n} after ${newest.n}`;
    known.resumes.set(slot, { n, s1 });
    return undefined;
  }

  #of(lock: number): LockCounters {
    let counters = this.#locks.get(lock);
    if (!counters) {
      counters = { generation: 0, seq: 0, epoch: 0, bootCount: 0, resumes: new Map() };
      this.#locks.set(lock, counters);
    }
    return counters;
  }
}
