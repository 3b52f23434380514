import type { Attack } from "./attack.ts";
import { PROMISES, type PromiseName } from "./promise.ts";
import type { Outcome } from "./run-attack.ts";

/** One attack, tried twice. */
export interface Row {
  readonly attack: Attack;
  /** Against the programs as they are. */
  readonly guarded: Outcome;
  /** Against the programs without the attack's guards. */
  readonly unguarded: Outcome;
}

/** An attack shows something if it fails against its guards and succeeds without them. */
export function isGood({ attack, guarded, unguarded }: Row): boolean {
  return guarded.broken.length === 0 && unguarded.broken.some(({ promise }) => promise === attack.against);
}

export function heading(): string[] {
  return ["| attack | § | guard | with the guard | without it |", "|---|---|---|---|---|"];
}

export function row({ attack, guarded, unguarded }: Row): string {
  const { name, section, guard, against } = attack;
  const [first] = guarded.broken;
  const held = first ? `**BROKEN**: ${first.how}, but ${PROMISES[first.promise]}` : withFigure("held", guarded.figure);
  return `| ${name} | ${section} | ${guard} | ${held} | ${withoutGuard(unguarded, against)} |`;
}

function withoutGuard({ broken, crash }: Outcome, against: PromiseName): string {
  if (crash !== undefined) return `**CRASHED**: ${crash}`;
  return broken.find(({ promise }) => promise === against)?.how ?? "**NOTHING CAME OF IT**";
}

function withFigure(text: string, figure: string | undefined): string {
  return figure === undefined ? text : `${text}: ${figure}`;
}
