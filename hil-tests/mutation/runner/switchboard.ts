import { RANGE_SWITCH, SWITCH } from "../instrument.ts";

/** Switches after which a function has shown its ways, and goes on at full speed for the rest of the test. */
const RECORDED_MAX = 200_000;

// Variables of the module, not a class's: hot loops pass a switch a hundred million times in a test.
let on = 0;
let recording = false;
let passed = 0;
let passedMax = Number.POSITIVE_INFINITY;
let reached = new Uint8Array(0);
/** While recording: by the first mutant of a function, the switches that were passed in it, about. */
let recorded = new Uint32Array(0);
let recordedIn = 0;

/** Makes the instrumented files, whose mutants are 1 to `mutants`, ask this module which mutant is on. */
export function installSwitchboard(mutants: number): void {
  reached = new Uint8Array(mutants + 1);
  recorded = new Uint32Array(mutants + 1);
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

/** Begins to record, with no mutant on, which ones are come by. */
export function recordSwitches(): void {
  resetSwitches(0, Number.POSITIVE_INFINITY);
  recording = true;
  recorded.fill(0);
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
  recordedIn = first;
  return recording ? recorded[first]! < RECORDED_MAX : on >= first && on < end;
}

function isOn(mutant: number): boolean {
  passed += 1;
  if (passed > passedMax) throw new Error("the mutant goes on for ever");
  if (recording) recorded[recordedIn]! += 1;
  reached[mutant] = 1;
  return mutant === on;
}
