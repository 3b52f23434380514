/** One thing that a row measured. */
export interface Figure {
  /** Names it within its row, for programs. */
  id: string;
  /** The same in words. */
  what: string;
  unit: string;
  measured: Measured;
  aim?: Aim;
}

export type Measured =
  /** A count, or a rate over all that was done. */
  | { kind: "single"; value: number }
  /** Of several rounds. */
  | { kind: "spread"; min: number; median: number; max: number }
  /** Of many single times. */
  | { kind: "latency"; p50: number; p99: number };

/** What the middle of the figure is held to. */
export type Aim = { atMost: number } | { atLeast: number };

/** The number that stands for the figure: the single one, the median, the p50. */
export function middle(measured: Measured): number {
  switch (measured.kind) {
    case "single":
      return measured.value;
    case "spread":
      return measured.median;
    case "latency":
      return measured.p50;
  }
}

/** Undefined without an aim. */
export function isMet({ measured, aim }: Figure): boolean | undefined {
  if (!aim) return undefined;
  return "atMost" in aim ? middle(measured) <= aim.atMost : middle(measured) >= aim.atLeast;
}
