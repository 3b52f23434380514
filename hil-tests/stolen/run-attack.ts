import type { Attack } from "./attack.ts";
import type { Broken } from "./judge/judge.ts";
import { Scene } from "./scene.ts";
import type { Theft } from "./site/theft.ts";
import { NoAnswer } from "./thief/talk.ts";

/** What came of one attack. */
export interface Outcome {
  readonly broken: readonly Broken[];
  readonly figure?: string;
  /** The simulation itself broke down: the outcome says nothing. */
  readonly crash?: string;
}

/** Tries the attack in a world of its own. */
export async function runAttack(attack: Attack, theft: Theft, seed: number): Promise<Outcome> {
  const scene = new Scene(theft, seed);
  try {
    await attack.run(scene);
  } catch (error) {
    // The lock has had enough of the thief; what was done until then counts.
    if (!(error instanceof NoAnswer)) throw error;
  }
  return { broken: scene.verdict(), ...(scene.figure !== undefined && { figure: scene.figure }) };
}
