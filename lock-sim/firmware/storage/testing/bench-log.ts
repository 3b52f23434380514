import assert from "node:assert/strict";
import { nobleSuite } from "../../../../crypto/noble.ts";
import { auxOf, auxPair, NO_AUX } from "../../../../protocol/log/aux.ts";
import { firstHash, verifyChain } from "../../../../protocol/log/chain.ts";
import { type LogRecord, NO_SLOT, RECORD_BYTES, RecordType } from "../../../../protocol/log/record.ts";
import { MemoryFlash } from "../../../hardware/memory-flash.ts";
import { Cells } from "../cells.ts";
import { FLASH_MAP } from "../flash-map.ts";
import { LogStore } from "../log-store.ts";

export const LOCK = { lockId: new Uint8Array(8).fill(1), sigPk: new Uint8Array(33).fill(2) };
export const SLOTS = 84;
export const BLOCKS = FLASH_MAP.log.blocks;
export const FULL = SLOTS * BLOCKS;

export function boot(
  flash: MemoryFlash,
  generation = 1,
  beforeRecycle?: (records: readonly LogRecord[]) => void,
): LogStore {
  const cells = new Cells(flash, FLASH_MAP.cells);
  cells.load();
  const log = new LogStore(flash, FLASH_MAP.log, nobleSuite, cells);
  log.recover({ ...LOCK, generation }, beforeRecycle);
  return log;
}

/** A record that any lock writes all the time; `n` tells one from another. */
export function event(n: number) {
  const type = RecordType.doorOpened;
  return { time: 1_800_000_000 + n, type, slot: NO_SLOT, result: 0, flags: 0, n, ref: NO_AUX, aux: NO_AUX };
}

export function reset(lastSeq: number) {
  return { ...event(0), type: RecordType.factoryReset, aux: auxOf({ value: lastSeq }) };
}

/** Flash with a log of `count` records in generation 1, those up to `receiptFor` with a receipt. */
export function withRecords(count: number, receiptFor = 0): MemoryFlash {
  const flash = new MemoryFlash();
  const log = boot(flash);
  for (let n = 1; n <= count; n++) log.append(event(n));
  if (receiptFor > 0) log.acknowledge(1, receiptFor);
  return flash;
}

/** All records of a generation that are here, after checking that they chain from the first on. */
export function kept(log: LogStore, generation = 1): LogRecord[] {
  const span = log.spans().find((each) => each.generation === generation);
  if (!span) return [];
  const { firstSeq, records } = log.read(generation, 1, FULL);
  assert.equal(firstSeq, span.firstSeq);
  assert.equal(records.length, (span.lastSeq - span.firstSeq + 1) * RECORD_BYTES);
  const isWhole = firstSeq === 1;
  const chain = isWhole
    ? verifyChain(nobleSuite, firstHash(nobleSuite, LOCK.lockId, generation, LOCK.sigPk), 1, records)
    : verifyChain(nobleSuite, log.headAt(generation, firstSeq)!, firstSeq + 1, records.subarray(RECORD_BYTES));
  assert.ok(chain.ok, "the records chain");
  return isWhole ? chain.records : [log.record(generation, firstSeq)!, ...chain.records];
}

/** What the type 20 records say is lost, in all. */
export function toldLost(records: LogRecord[]): number {
  const lost = records.filter(({ type }) => type === RecordType.recordsLost);
  return lost.reduce((sum, { aux }) => sum + auxPair(aux)[1], 0);
}
