import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import type { Happening } from "../happening.ts";

/** The documents in a lock's table. */
export type ReadTable = (lock: number) => readonly Uint8Array[];

/** A roster that a lock has committed, and the table that it stood for. */
export interface CommittedRoster {
  epoch: number;
  document: Uint8Array;
  grants: readonly Uint8Array[];
}

interface LockLoot {
  issued: { epoch: number; document: Uint8Array }[];
  committed: CommittedRoster[];
  tokens: Uint8Array[];
  newestOrder: Uint8Array | undefined;
}

const KEPT_MAX = 20;

/** Every document that went through a gateway, by the lock that it was for: what a thief finds on its disk, and in its memory. */
export class Loot {
  readonly #readTable: ReadTable;
  readonly #locks = new Map<number, LockLoot>();

  constructor(readTable: ReadTable) {
    this.#readTable = readTable;
  }

  see(happening: Happening): void {
    switch (happening.kind) {
      case "roster-issued":
        keep(this.of(happening.lock).issued, { epoch: happening.epoch, document: happening.document });
        return;
      case "time-signed":
        keep(this.of(happening.lock).tokens, happening.document);
        return;
      case "order-issued":
        this.of(happening.lock).newestOrder = happening.document;
        return;
      case "record":
        if (happening.record.type === RecordType.rosterCommitted)
          this.#commit(happening.lock, auxPair(happening.record.aux)[1]);
        return;
      default:
        return;
    }
  }

  of(lock: number): LockLoot {
    let loot = this.#locks.get(lock);
    if (!loot) {
      loot = { issued: [], committed: [], tokens: [], newestOrder: undefined };
      this.#locks.set(lock, loot);
    }
    return loot;
  }

  #commit(lock: number, epoch: number): void {
    const { issued, committed } = this.of(lock);
    const roster = issued.findLast((candidate) => candidate.epoch === epoch);
    if (roster) keep(committed, { ...roster, grants: this.#readTable(lock) });
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT_MAX) list.shift();
}
