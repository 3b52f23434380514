import type { Figure } from "./figure.ts";
import type { Bench } from "./row.ts";
import { latency } from "./statistics.ts";

/** Something done over and over, one after the other. */
export interface Task {
  id: string;
  what: string;
  /** Makes it ready; takes no part in the figures. */
  before: () => void | Promise<void>;
  work: () => Promise<void>;
}

/** Warms up, then measures how long the work takes each time, and how much of it that is in a second. */
export async function timed({ clock, effort }: Bench, { id, what, before, work }: Task): Promise<Figure[]> {
  const timesMs: number[] = [];
  for (let i = -effort.warmUpTasks; i < effort.tasks; i++) {
    await before();
    const startMs = clock.monotonicMs();
    await work();
    if (i >= 0) timesMs.push(clock.monotonicMs() - startMs);
  }
  const totalMs = timesMs.reduce((sum, timeMs) => sum + timeMs, 0);
  return [
    { id, what, unit: "ms", measured: latency(timesMs) },
    {
      id: `${id}.rate`,
      what,
      unit: "per second",
      measured: { kind: "single", value: (1000 * timesMs.length) / totalMs },
    },
  ];
}
