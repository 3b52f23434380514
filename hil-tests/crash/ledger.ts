import assert from "node:assert/strict";
import { RecordType } from "../../protocol/log/record.ts";
import { Reader, toHex } from "../../protocol/wire/bytes.ts";
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
    checkRises(
      "n",
      intents.filter(({ n }) => n > 0).map(({ slot, n }) => ({ of: `slot ${slot}`, value: n })),
    );
    const rosters = records.filter(({ type }) => type === RecordType.rosterCommitted);
    checkRises(
      "the epoch",
      rosters.map(({ aux }) => ({ of: "the table", value: new Reader(aux.subarray(4)).uint32() })),
    );
    for (const seq of this.#doneSeqs) {
      const done = records[seq - 1];
      assert.ok(done?.type === RecordType.done && done.result === 0, `record ${seq} was said to be done, and is not`);
    }
  }
}

/** Fails if a counter of this lock ever stood still or went back. */
function checkRises(what: string, counts: { of: string; value: number }[]): void {
  const newest = new Map<string, number>();
  for (const { of, value } of counts) {
    const before = newest.get(of) ?? 0;
    assert.ok(value > before, `${what} of ${of} went from ${before} to ${value}`);
    newest.set(of, value);
  }
}
