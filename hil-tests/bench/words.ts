import { type Figure, isMet, type Measured } from "./figure.ts";
import type { Machine } from "./machine.ts";

const DIGITS = 3;

/** A number as a person reads it: three digits that count, or all of a whole one. */
export function inWords(value: number): string {
  const decimals = value === 0 || Number.isInteger(value) ? 0 : DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  return value.toLocaleString("en", { maximumFractionDigits: Math.max(0, decimals) });
}

/** `12 / 15 / 20` of several rounds; `p50 1.2, p99 3.4` of single times. */
export function measuredInWords(measured: Measured): string {
  switch (measured.kind) {
    case "single":
      return inWords(measured.value);
    case "spread":
      return [measured.min, measured.median, measured.max].map(inWords).join(" / ");
    case "latency":
      return `p50 ${inWords(measured.p50)}, p99 ${inWords(measured.p99)}`;
  }
}

/** `≤ 330: met`; empty without an aim. */
export function aimInWords(figure: Figure): string {
  const { aim } = figure;
  if (!aim) return "";
  const limit = "atMost" in aim ? `≤ ${inWords(aim.atMost)}` : `≥ ${inWords(aim.atLeast)}`;
  return `${limit}: ${isMet(figure) ? "met" : "MISSED"}`;
}

export function machineInWords({ cpu, cores, memoryGiB, system, node }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${system}; Node.js ${node}`;
}
