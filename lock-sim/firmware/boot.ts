import type { Suite } from "../../crypto/suite.ts";
import { auxOf } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { Reader, uint32 } from "../../protocol/wire/bytes.ts";
import type { Hal } from "../hal.ts";
import { lastWordOnBolt } from "./bolt-recovery.ts";
import { buildParts } from "./build-parts.ts";
import { CellKey } from "./cell-keys.ts";
import { readGeneration } from "./factory-reset.ts";
import type { Parts, Product } from "./parts.ts";

/** Cause of a boot, in the aux of its record: there is no other yet than that power came. */
const CAUSE_POWER = 0;

/**
 * From flash to a running lock. In this order, because each step may be the one that a power cut interrupted last
 * time: cells, table, log; DONE for an order left open (protocol.md §9); records owed; a factory reset's record; the
 * boot record.
 */
export function bootLock(hal: Hal, suite: Suite, product: Product): Parts {
  const parts = buildParts(hal, suite, product);
  parts.journal.recover();
  parts.log.settle();
  parts.bolt.recover(lastWordOnBolt(parts.store));
  parts.door.recover();
  parts.privacy.recover(parts.store);
  recordReset(parts);
  recordBoot(parts);
  // A lockout that the power cut interrupted begins anew.
  if (parts.lockout.isOn) parts.log.append({ type: RecordType.lockedOut });
  return parts;
}

function recordReset({ cells, log, generation }: Parts): void {
  if (generation === 0 || log.position.seq > 0) return;
  const { lastSeqBefore } = readGeneration(cells);
  log.append({ type: RecordType.factoryReset, aux: auxOf({ value: lastSeqBefore }) });
}

function recordBoot({ cells, log }: Parts): void {
  const stored = cells.get(CellKey.bootCount);
  const bootCount = (stored ? new Reader(stored).uint32() : 0) + 1;
  cells.set(CellKey.bootCount, uint32(bootCount));
  log.append({ type: RecordType.boot, aux: auxOf({ bootCount, cause: CAUSE_POWER }) });
}
