import type { Clock } from "../../protocol/clock.ts";

/** Looking at the clock costs as much as a small operation; between looks this many are done. */
const OPERATIONS_BETWEEN_LOOKS = 16;

/** Measures once and returns its figure. */
type Contender = () => number | Promise<number>;

/**
 * Lets contenders measure in turns, so that whatever the machine does meanwhile happens to all of them; each round in
 * the other order. The first round warms up and does not count. Returns each contender's figures, round by round.
 */
export async function inTurns(rounds: number, contenders: readonly Contender[]): Promise<number[][]> {
  const figures: number[][] = contenders.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    const order = [...contenders.keys()];
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      const figure = await contenders[index]!();
      if (round > 0) figures[index]!.push(figure);
    }
  }
  return figures;
}

/** Operations per second over about `forMs`. */
export function rate(clock: Clock, forMs: number, operation: () => void): number {
  const startMs = clock.monotonicMs();
  for (let done = OPERATIONS_BETWEEN_LOOKS; ; done += OPERATIONS_BETWEEN_LOOKS) {
    for (let i = 0; i < OPERATIONS_BETWEEN_LOOKS; i++) operation();
    const elapsedMs = clock.monotonicMs() - startMs;
    if (elapsedMs >= forMs) return (1000 * done) / elapsedMs;
  }
}

/** Round by round, the first over the second. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.map((figure, round) => figure / to[round]!);
}
