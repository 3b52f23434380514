import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { decodeMessage } from "../../../protocol/wire/messages.ts";
import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

const O1_HEADER = 0x15;
const S1_HEADER = 0x19;

interface Sent {
  n: number;
  s1: string;
}

interface LockCounters {
  generation: number;
  seq: number;
  epoch: number;
  bootCount: number;
  /** Newest n by slot, with the S1 that carried it. */
  resumes: Map<number, Sent>;
  /** The same of the slot's pairing before: until the new one is proved, the gateway goes on under the old. */
  resumesBefore: Map<number, Sent>;
  /** Newest n by slot, as the lock has it. */
  taken: Map<number, number>;
  /** Its gateway was put back from a backup, and has not opened a session since. */
  mustOpen: boolean;
}

/** Each slot's n in the lock; undefined for an empty slot. None while the lock is off. */
export type ReadCounters = (lock: number) => readonly (number | undefined)[];

/**
 * Generations, record numbers, boot counts and epochs of a lock never go back, and no n ever carries two different S1 (protocol.md §4).
 * A gateway put back from a backup does not know which n it has used: it must OPEN before it goes on from what the lock says.
 */
export class CountersRise implements Invariant {
  readonly name = "counters and epochs never go back";
  readonly #siteOf: (lock: number) => number;
  readonly #readCounters: ReadCounters;
  readonly #locks = new Map<number, LockCounters>();

  constructor(siteOf: (lock: number) => number, readCounters: ReadCounters) {
    this.#siteOf = siteOf;
    this.#readCounters = readCounters;
  }

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "record":
        return this.#record(happening);
      case "gateway":
        if (happening.what === "restored") this.#putBack(happening.site);
        return undefined;
      case "frame":
        return this.#frame(happening);
      default:
        return undefined;
    }
  }

  #record({ lock, generation, record }: Happening & { kind: "record" }): string | undefined {
    const known = this.#of(lock);
    if (generation < known.generation) return `lock ${lock} went from generation ${known.generation} to ${generation}`;
    const isNew = generation > known.generation;
    if (isNew) {
      Object.assign(known, { generation, epoch: 0, seq: 0 });
      known.taken.clear();
    }
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
    if (record.type === RecordType.paired) {
      const before = known.resumes.get(low);
      if (before) known.resumesBefore.set(low, before);
      known.resumes.delete(low);
      known.taken.delete(low);
    }
    return undefined;
  }

  #putBack(site: number): void {
    for (const [lock, known] of this.#locks) if (this.#siteOf(lock) === site) known.mustOpen = true;
  }

  #frame({ lock, by, bytes }: Happening & { kind: "frame" }): string | undefined {
    if (by === "lock") return this.#look(lock);
    if (by !== "gateway") return undefined;
    if (bytes[0] === O1_HEADER) this.#opened(lock);
    return bytes[0] === S1_HEADER ? this.#resume(lock, bytes) : undefined;
  }

  #opened(lock: number): void {
    const known = this.#of(lock);
    if (known.mustOpen) known.resumes.clear();
    known.mustOpen = false;
  }

  #look(lock: number): string | undefined {
    const known = this.#of(lock);
    for (const [slot, n] of this.#readCounters(lock).entries()) {
      const before = known.taken.get(slot) ?? 0;
      if (n === undefined) continue;
      if (n < before) return `lock ${lock} has n ${n} in slot ${slot} after ${before}`;
      known.taken.set(slot, n);
    }
    return undefined;
  }

  #resume(lock: number, bytes: Uint8Array): string | undefined {
    const message = decodeMessage(bytes);
    if (message.type !== "S1") return undefined;
    const { slot, n } = message;
    const known = this.#of(lock);
    const newest = known.resumes.get(slot);
    const s1 = toHex(bytes);
    if (known.mustOpen) return `a gateway that was put back resumes at lock ${lock} with n ${n} without having opened`;
    const before = known.resumesBefore.get(slot);
    if (before?.s1 === s1) return undefined;
    if (before && n === before.n + 1) {
      known.resumesBefore.set(slot, { n, s1 });
      return undefined;
    }
    if (newest && n <= newest.n && s1 !== newest.s1) return `an S1 to lock ${lock} has n ${n} after ${newest.n}`;
    known.resumes.set(slot, { n, s1 });
    return undefined;
  }

  #of(lock: number): LockCounters {
    let counters = this.#locks.get(lock);
    if (!counters) {
      counters = {
        generation: 0,
        seq: 0,
        epoch: 0,
        bootCount: 0,
        resumes: new Map(),
        resumesBefore: new Map(),
        taken: new Map(),
        mustOpen: false,
      };
      this.#locks.set(lock, counters);
    }
    return counters;
  }
}
