import { FAULT_KINDS, type FaultKind } from "./faults/kinds.ts";
import { PROTOCOL_STATES, type ProtocolState } from "./protocol-state.ts";

/** How often each fault struck, and in which states of the protocol: what was never tried is not trusted. */
export interface Coverage {
  faults: Partial<Record<FaultKind, number>>;
  /** `fault state` → times. */
  pairs: Record<string, number>;
}

export function emptyCoverage(): Coverage {
  return { faults: {}, pairs: {} };
}

/** `states` are those of all that the fault hits. */
export function countFault(coverage: Coverage, fault: FaultKind, states: Iterable<ProtocolState>): void {
  coverage.faults[fault] = (coverage.faults[fault] ?? 0) + 1;
  for (const state of states) {
    const pair = pairOf(fault, state);
    coverage.pairs[pair] = (coverage.pairs[pair] ?? 0) + 1;
  }
}

/** Adds `more` to `sum`. */
export function mergeCoverage(sum: Coverage, more: Coverage): void {
  for (const fault of FAULT_KINDS) {
    const times = more.faults[fault];
    if (times !== undefined) sum.faults[fault] = (sum.faults[fault] ?? 0) + times;
  }
  for (const [pair, times] of Object.entries(more.pairs)) sum.pairs[pair] = (sum.pairs[pair] ?? 0) + times;
}

export function faultsNeverHit({ faults }: Coverage): FaultKind[] {
  return FAULT_KINDS.filter((fault) => faults[fault] === undefined);
}

/** For each fault that struck at all, the states that it never struck in; faults that struck in all are left out. */
export function pairsNeverHit({ faults, pairs }: Coverage): { fault: FaultKind; states: ProtocolState[] }[] {
  return FAULT_KINDS.filter((fault) => faults[fault] !== undefined)
    .map((fault) => ({ fault, states: PROTOCOL_STATES.filter((state) => pairs[pairOf(fault, state)] === undefined) }))
    .filter(({ states }) => states.length > 0);
}

function pairOf(fault: FaultKind, state: ProtocolState): string {
  return `${fault} ${state}`;
}
