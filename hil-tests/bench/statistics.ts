import assert from "node:assert/strict";
import type { Measured } from "./figure.ts";

export function spread(samples: readonly number[]): Measured {
  return { kind: "spread", min: quantile(samples, 0), median: quantile(samples, 0.5), max: quantile(samples, 1) };
}

export function latency(samples: readonly number[]): Measured {
  return { kind: "latency", p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}

/** The sample that this share of all samples does not exceed (nearest rank). */
function quantile(samples: readonly number[], share: number): number {
  assert(samples.length > 0, "nothing was measured");
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
