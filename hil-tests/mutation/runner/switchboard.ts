import { RANGE_SWITCH, SWITCH } from "../instrument.ts";

export const RECORDED_MAX = 1_000_000;

// Variables of the module, not a class's: hot loops pass a switch a hundred million times in a test.
let on = 0;
let recording = false;
let passed = 0;
let passedMax = Number.POSITIVE_INFINITY;
let reached = new Uint8Array(0);

/** Makes the instrumented files, whose mutants are 1 to `mutants`, ask this module which mutant is on. */
export function installSwitchboard(mutants: number): void {
  reached = new Uint8Array(mutants + 1);
  Object.assign(globalThis, { [SWITCH]: isOn, [RANGE_SWITCH]: isAmong });
}

/** Begins to count anew, with one mutant on, or none (0). After `max` switches every other throws. */
export function resetSwitches(mutant: number, max: number): void {
  on = mutant;
  recording = false;
  passed = 0;
  passedMax = max;
  reached.fill(0);
}

/**
 * Begins to record, with no mutant on, which ones are come by. What has gone on for so long has shown its ways, and
 * goes on at full speed.
 */
export function recordSwitches(): void {
  resetSwitches(0, Number.POSITIVE_INFINITY);
  recording = true;
}

export function switchesPassed(): number {
  return passed;
}

/** The mutants that were come by since `recordSwitches`. */
export function mutantsReached(): number[] {
  return [...reached.keys()].filter((mutant) => reached[mutant] === 1);
}

/** Whether more switches were passed than are allowed; who ran into that may have caught the error. */
export function isExhausted(): boolean {
  return passed > passedMax;
}

function isAmong(first: number, end: number): boolean {
  return recording || (on >= first && on < end);
}

function isOn(mutant: number): boolean {
  passed += 1;
  if (passed > passedMax) throw new Error("the mutant goes on for ever");
  if (passed === RECORDED_MAX) recording = false;
  reached[mutant] = 1;
  return mutant === on;
}
