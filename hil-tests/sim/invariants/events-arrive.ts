import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { GenerationHistory } from "../../backend/lock-history.ts";
import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

interface Written {
  /** h of each record by seq, from 1 on. */
  hashes: Uint8Array[];
  /** How many the lock itself says that it lost without a receipt. */
  saidLost: number;
}

/**
 * Every event reaches the backend once in effect and in order, or its loss is reported. The backend itself refuses what does not
 * follow; here stands what the lock wrote, which the backend must have got in the end.
 */
export class EventsArrive implements Invariant {
  readonly name = "every event reaches the backend once in effect and in order, or its loss is reported";
  /** By lock and generation. */
  readonly #written = new Map<string, Written>();

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "record": {
        const { lock, generation, record } = happening;
        const written = this.#of(lock, generation);
        written.hashes[record.seq] = record.h;
        if (record.type === RecordType.recordsLost) written.saidLost += auxPair(record.aux)[1];
        return undefined;
      }
      case "not-taken":
        return `the backend refuses event ${happening.id} of lock ${happening.lock}: ${happening.why}`;
      default:
        return undefined;
    }
  }

  /** At the end, when everything had time to arrive: what the backend holds of one generation, and what the lock wrote. */
  missing(lock: number, held: GenerationHistory): string | undefined {
    const { hashes } = this.#of(lock, held.generation);
    for (const { seq, h } of held.records) {
      const own = hashes[seq];
      if (!own || !equalBytes(own, h))
        return `the backend has a record ${seq} of lock ${lock} that the lock did not write`;
    }
    const lastSeq = hashes.length - 1;
    if (held.durableThrough < lastSeq) {
      return `the backend has the log of lock ${lock} (generation ${held.generation}) through ${held.durableThrough}, of ${lastSeq}`;
    }
    return undefined;
  }

  #of(lock: number, generation: number): Written {
    const key = `${lock} ${generation}`;
    let written = this.#written.get(key);
    if (!written) {
      written = { hashes: [], saidLost: 0 };
      this.#written.set(key, written);
    }
    return written;
  }
}
