import type { SeededRandom } from "../../protocol/testing/seeded-random.ts";

/** `count` of the things, or all if there are not as many, each equally likely, in the order they had. */
export function draw<T>(random: SeededRandom, things: readonly T[], count: number): T[] {
  const left = things.map((_, index) => index);
  const drawn: number[] = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(random.below(left.length), 1));
  return drawn.toSorted((a, b) => a - b).map((index) => things[index]!);
}
