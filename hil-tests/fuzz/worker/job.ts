import type { Find } from "../engine/campaign.ts";

/** What a worker is told to do. */
export interface Job {
  readonly target: string;
  readonly seed: number;
  readonly executionsMax: number;
  readonly shared: SharedArrayBuffer;
}

/** What came of it. */
export interface Outcome {
  readonly executions: number;
  readonly refused: number;
  readonly blocks: { readonly seeds: number; readonly found: number };
  readonly corpus: readonly Uint8Array[];
  readonly finds: readonly Find[];
}
