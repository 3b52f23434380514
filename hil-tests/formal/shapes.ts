/** How many things happen in each shape: as many as `npm test` has time for, or more by the environment's FORMAL_DEPTH. */
export function depth(usual: number): number {
  return Number(process.env.FORMAL_DEPTH ?? usual);
}

/** Every sequence of so many happenings, each of one step or more. */
export function* shapes<Step>(happenings: readonly (readonly Step[])[], length: number): Generator<Step[]> {
  if (length === 0) yield [];
  else for (const rest of shapes(happenings, length - 1)) for (const steps of happenings) yield [...rest, ...steps];
}

/** Does what it does, and says after which steps it failed if it fails. */
export function playing(steps: readonly object[], work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new Error(`after ${steps.map((step) => Object.values(step).join(" ")).join(", ")}`, { cause: error });
  }
}
