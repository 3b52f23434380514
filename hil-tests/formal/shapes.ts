/** How many things happen in each shape: as many as `npm test` has time for, or more by the environment's FORMAL_DEPTH. */
export function depth(usual: number): number {
  return Number(process.env.FORMAL_DEPTH ?? usual);
}

/** Every sequence of so many happenings, each of one step or more. */
export function* shapes<Step>(happenings: readonly (readonly Step[])[], length: number): Generator<Step[]> {
  if (length === 0) yield [];
  else for (const rest of shapes(happenings, length - 1)) for (const steps of happenings) yield [...rest, ...steps];
}

/** Does the work, and says after which steps it failed if it fails. */
export async function playing(steps: readonly (string | object)[], work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const told = steps.map((step) => (typeof step === "string" ? step : Object.values(step).join(" ")));
    throw new Error(`after ${told.join(", ")}: ${error}`, { cause: error });
  }
}
