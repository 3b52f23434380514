import { toHex } from "../../protocol/wire/bytes.ts";
import type { GenerationHistory } from "../backend/lock-history.ts";
import type { LockState } from "../rig-tools/emulated-lock.ts";
import type { LockView } from "../rig-tools/gateway.ts";

/** The first thing that gateway, lock and receiver still have to do; undefined if all three agree. */
export function whatIsMissing(
  lock: LockState,
  view: LockView | undefined,
  history: GenerationHistory | undefined,
): string | undefined {
  if (!view) return "the gateway does not know the lock";
  if (view.sync.state !== "in-step") return `the gateway says: ${view.sync.sentence}`;
  if (view.reported?.epoch !== view.wantedEpoch) return `the lock wants roster ${view.wantedEpoch}`;
  if (history?.generation !== lock.generation) return "the receiver has nothing of this generation";
  if (history.durableThrough !== lock.log.seq) return `the receiver has ${history.durableThrough} of ${lock.log.seq}`;
  if (history.signedThrough !== lock.log.seq) return `the receiver has a head of ${history.signedThrough} alone`;
  if (lock.log.receiptedThrough !== lock.log.seq) return `the lock has a receipt up to ${lock.log.receiptedThrough}`;
  const newest = history.records.at(-1);
  if (!newest || toHex(newest.h) !== lock.log.head) throw new Error("the receiver holds another log than the lock");
  return undefined;
}
