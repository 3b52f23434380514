import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Caps } from "../../../protocol/session/caps.ts";
import { readP2, readP4, startPair, writeP3 } from "../../../protocol/session/pair.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import { type Line, NoAnswer, openTalk, orNoAnswer, resumeTalk, type Talk } from "../thief/talk.ts";
import type { Door } from "./door.ts";
import { grantIdOf, type IssuedRoster } from "./issuer.ts";

const COUNTER_MAX = 0xffff_ffff;

/** What a gateway keeps of one lock. */
export interface SlotKeys {
  readonly slot: number;
  readonly pmk: Secret;
  readonly rms: Secret;
  /** The RESUME counter used last. */
  n: number;
}

/** P1 to P4 and the first OPEN, while the button is pressed (protocol.md §2). Throws NoAnswer. */
export function pairDoor(
  line: Line,
  random: Random,
  door: Pick<Door, "label">,
  site: { issuerPk: Uint8Array; gatewayId: Uint8Array; time: number },
): { slot: number; pmk: Secret } {
  const { state, p1 } = startPair(suite, random, door.label);
  const p2 = line.ask(p1);
  const shown = orNoAnswer(() => readP2(suite, state, p2!));
  const pmk = shown.pmk.part(0, shown.pmk.length);
  const { state: told, p3 } = writeP3(suite, shown, site);
  const p4 = line.ask(p3);
  orNoAnswer(() => readP4(suite, told, p4!));
  return { slot: shown.lockInfo.slot, pmk };
}

/** OPEN, proved with a first C; the keys to go on with. */
export function prove(
  line: Line,
  random: Random,
  slot: number,
  pmk: Secret,
): { talk: Talk; caps: Caps; keys: SlotKeys } {
  const { talk, caps, rms } = openTalk(line, random, slot, pmk);
  talk.ask({ name: "status" });
  return { talk, caps, keys: { slot, pmk, rms, n: caps.n } };
}

/** A command by RESUME, as a gateway gives it that is in use. Throws NoAnswer. */
export function resume<N extends Command["name"]>(
  line: Line,
  random: Random,
  keys: SlotKeys,
  command: Extract<Command, { name: N }>,
) {
  if (keys.n === COUNTER_MAX) throw new NoAnswer("there is no counter left to resume with");
  keys.n++;
  return resumeTalk(line, random, keys, command);
}

/** What turns the lock's table into the roster's: BEGIN, DROP, PUT, COMMIT. */
export function rosterCommands(
  { document, grants }: Pick<IssuedRoster, "document" | "grants">,
  before: readonly Uint8Array[],
): Command[] {
  const has = (list: readonly Uint8Array[], grant: Uint8Array) => list.some((other) => equalBytes(other, grant));
  const gone = before.filter((grant) => !has(grants, grant)).map(grantIdOf);
  const missing = grants.filter((grant) => !has(before, grant));
  return [
    { name: "rosterBegin", roster: document },
    ...(gone.length > 0 ? [{ name: "grantDrop", ids: gone } as const] : []),
    ...missing.map((grant): Command => ({ name: "grantPut", grants: [grant] })),
    { name: "rosterCommit" },
  ];
}

/** Seconds since 1970 UTC. */
export function secondsOf(clock: Clock): number {
  return Math.floor(clock.wallMs() / 1000);
}
