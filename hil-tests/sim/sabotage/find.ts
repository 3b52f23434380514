/** How the simulation came upon a bug. */
export interface Find {
  seed: number;
  invariant: string;
  sentence: string;
  /** Simulated time until the invariant was broken. */
  hours: number;
}
