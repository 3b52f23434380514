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

const REST_SECONDS = 7 * 3_600;

/** Tries the attack in a world of its own. */
export async function runAttack(attack: Attack, theft: Theft, seed: number): Promise<Outcome> {
  const scene = new Scene(theft, seed);
  await attempt(attack, scene);
  return { broken: scene.verdict(), ...(scene.figure !== undefined && { figure: scene.figure }) };
}

/** Tries all of them in one world, one after another, by the same thief; for so many days. */
export async function runCampaign(
  attacks: readonly Attack[],
  theft: Theft,
  seed: number,
): Promise<{ broken: readonly Broken[]; days: number }> {
  const scene = new Scene(theft, seed);
  for (const attack of attacks) {
    await attempt(attack, scene);
    scene.hangUp();
    scene.wait(REST_SECONDS);
  }
  return { broken: scene.verdict(), days: scene.daysSinceTheft };
}

async function attempt(attack: Attack, scene: Scene): Promise<void> {
  try {
    await attack.run(scene);
  } catch (error) {
    // The lock has had enough of the thief; what was done until then counts.
    if (!(error instanceof NoAnswer)) throw error;
  }
}
