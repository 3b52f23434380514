import { equalBytes } from "../../protocol/wire/bytes.ts";
import { LockDisagrees } from "../link/lock-disagrees.ts";
import type { LogEnd } from "../link/lock-word.ts";

/** The lock's log is not what it should be; the message is for people. */
export class LogDisagrees extends LockDisagrees {}

/** The lock has an old memory, or one that is not its own: somebody has to look at it. */
export class LogWentBack extends LogDisagrees {
  constructor(why: string) {
    super(`the lock's memory was put back or replaced: ${why}; nothing is acknowledged`);
  }
}

/**
 * Throws LogWentBack if a lock's log ends before, or in another record than, what is here of it already: a lock never
 * forgets its newest record (protocol.md §9). Whether a longer one goes on from ours, its chain tells.
 */
export function expectSameLog(known: LogEnd | undefined, { seq, head }: LogEnd): void {
  if (!known || seq > known.seq) return;
  if (seq < known.seq) throw new LogWentBack(`its log ends at record ${seq}, but record ${known.seq} is here already`);
  if (!equalBytes(head, known.head)) throw new LogWentBack(`its record ${seq} is not the one that is here already`);
}
