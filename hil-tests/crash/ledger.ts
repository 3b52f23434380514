import assert from "node:assert/strict";
import { RecordType } from "../../protocol/log/record.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { GenerationHistory } from "../backend/lock-history.ts";

/** What was asked of a lock and what was said to have been done, to be held against the lock's own log. */
export class Ledger {
  #generation = 0;
  #orders = 0;
  #doneSeqs: number[] = [];

  /** An order is about to be asked for. */
  order(): void {
    this.#orders += 1;
  }

  /** The gateway said that record `seq` tells of an act that was done. */
  done(seq: number): void {
    this.#doneSeqs.push(seq);
  }

  /** The lock begins a new generation: what came before is over. */
  reset(generation: number): void {
    this.#generation = generation;
    this.#orders = 0;
    this.#doneSeqs = [];
  }

  /** Fails if anything was done twice or without an order, or was said to be done and was not. */
  check({ generation, gaps, records }: GenerationHistory): void {
    assert.equal(generation, this.#generation, "the history is of another generation");
    assert.deepEqual(gaps, [], "records were lost");
    const intents = records.filter(({ type }) => type === RecordType.intent);
    const challenges = new Set(intents.map(({ ref }) => toHex(ref)));
    assert.equal(challenges.size, intents.length, "an order was carried out twice");
    assert.ok(intents.length <= this.#orders, `${intents.length} acts for ${this.#orders} orders`);
    const unlockings = records.filter(({ type, slot }) => type === RecordType.unlocked && slot === 0);
    assert.ok(unlockings.length <= intents.length, `${unlockings.length} unlockings for ${intents.length} intents`);
    for (const seq of this.#doneSeqs) {
      const done = records[seq - 1];
      assert.ok(done?.type === RecordType.done && done.result === 0, `record ${seq} was said to be done, and is not`);
    }
  }
}
