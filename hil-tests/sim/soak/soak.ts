import { emptyCoverage, faultsNeverHit, mergeCoverage, pairsNeverHit } from "../coverage.ts";
import type { SeedResult } from "./worker.ts";

/** Sums up what the seeds of a soak came to. */
export class Soak {
  readonly #coverage = emptyCoverage();
  readonly #failed: SeedResult[] = [];
  #seeds = 0;
  #lockHours = 0;
  #cpuSeconds = 0;

  add(result: SeedResult): void {
    this.#seeds++;
    this.#lockHours += result.lockHours;
    this.#cpuSeconds += result.cpuSeconds;
    mergeCoverage(this.#coverage, result.coverage);
    if (result.broken) this.#failed.push(result);
  }

  /** Seeds that have come to their end. */
  get seeds(): number {
    return this.#seeds;
  }

  get failed(): readonly SeedResult[] {
    return this.#failed;
  }

  /** One failing seed, with what replays it. */
  describe({ seed, broken }: SeedResult): string {
    const [sentence] = broken?.sentence.split("\n") ?? [];
    return `BROKEN: ${broken?.invariant}: ${sentence}\n  npm run sim -- --seed ${seed}`;
  }

  report(seconds: number): string {
    const faults = Object.entries(this.#coverage.faults).map(([fault, times]) => `${fault} ${times}`);
    const pairs = pairsNeverHit(this.#coverage).map(({ fault, states }) => `  ${fault}: ${states.join(", ")}`);
    const perSecond = Math.round(this.#lockHours / seconds);
    const perCpuSecond = Math.round(this.#lockHours / this.#cpuSeconds);
    return [
      `${this.#seeds} seeds, ${Math.round(this.#lockHours)} lock-hours in ${Math.round(seconds)} s: ${perSecond} a second, ${perCpuSecond} a second of one processor`,
      `faults: ${faults.join(", ")}`,
      `faults that never struck: ${faultsNeverHit(this.#coverage).join(", ") || "none"}`,
      `states in which a fault never struck:`,
      ...pairs,
      this.#failed.length === 0
        ? "every invariant held"
        : `failing seeds: ${this.#failed.map(({ seed }) => seed).join(", ")}`,
    ].join("\n");
  }
}
