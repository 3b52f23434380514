import { auxPair } from "../../../protocol/log/aux.ts";
import { type LogRecord, RecordType } from "../../../protocol/log/record.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { GenerationHistory } from "../../backend/lock-history.ts";
import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

/**
 * Every event reaches the backend once in effect and in order, or its loss is reported. The backend itself refuses what does not
 * follow; here stands what the lock wrote, which the backend must have got in the end. What of earlier generations a lock has
 * recycled meanwhile its own type 20 records must account for (protocol.md §9).
 */
export class EventsArrive implements Invariant {
  readonly name = "every event reaches the backend once in effect and in order, or its loss is reported";
  /** By lock and generation: h of each record by seq, from 1 on. */
  readonly #written = new Map<number, Uint8Array[][]>();

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "record": {
        const { lock, generation, record } = happening;
        const generations = this.#writtenBy(lock);
        generations[generation] ??= [];
        generations[generation][record.seq] = record.h;
        return undefined;
      }
      case "not-taken":
        return `the backend refuses event ${happening.id} of lock ${happening.lock}: ${happening.why}`;
      default:
        return undefined;
    }
  }

  /** At the end, when everything had time to arrive: what is wrong with what the backend holds of one lock. */
  missing(lock: number, held: readonly GenerationHistory[]): string | undefined {
    const written = this.#writtenBy(lock);
    for (const { generation, records } of held) {
      const invented = records.find(({ seq, h }) => !isSame(written[generation]?.[seq], h));
      if (invented) return `the backend has a record ${invented.seq} of lock ${lock} that the lock did not write`;
    }
    const current = written.length - 1;
    // What was before the first generation that a gateway was paired in is somebody else's business.
    const first = Math.min(current, ...held.map(({ generation }) => generation));
    let missing = 0;
    for (const [generation, hashes = []] of written.entries()) {
      const through = held.find((one) => one.generation === generation)?.durableThrough ?? 0;
      const lastSeq = Math.max(0, hashes.length - 1);
      if (generation >= first) missing += Math.max(0, lastSeq - through);
      if (generation === current && through < lastSeq)
        return `the backend has the log of lock ${lock} (generation ${generation}) through ${through}, of ${lastSeq}`;
    }
    const told = held.reduce((sum, { records }) => sum + toldLostIn(records), 0);
    return missing > told ? `${missing} records of lock ${lock} are missing, and it told of ${told}` : undefined;
  }

  #writtenBy(lock: number): Uint8Array[][] {
    let generations = this.#written.get(lock);
    if (!generations) {
      generations = [];
      this.#written.set(lock, generations);
    }
    return generations;
  }
}

function toldLostIn(records: readonly LogRecord[]): number {
  return records
    .filter(({ type }) => type === RecordType.recordsLost)
    .reduce((sum, { aux }) => sum + auxPair(aux)[1], 0);
}

function isSame(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && equalBytes(one, other);
}
