import type { Command } from "../../../protocol/wire/commands.ts";
import { BenchDoor, KEY_CREDENTIAL, type NamedGrant, TAG_CREDENTIAL } from "../../firmware/door/testing/bench-door.ts";
import type { Opened } from "../../firmware/testing/bench-lock.ts";
import { atEveryFlashOperation } from "../../firmware/testing/power-cuts.ts";
import type { TestSession } from "../../firmware/testing/test-session.ts";
import { TestSite } from "../../firmware/testing/test-site.ts";
import { checkBolt, checkRules, type Known, readAll } from "./rules.ts";

/** For the site's bearer, by key. */
export const KEY_ID = TestSite.id(0x11);
export const TAG_ID = TestSite.id(0x12);
/** By key, three times. */
export const THRICE_ID = TestSite.id(0x13);

const GRANTS: readonly NamedGrant[] = [
  { id: KEY_ID, credentials: [KEY_CREDENTIAL] },
  { id: TAG_ID, credentials: [TAG_CREDENTIAL] },
  { id: THRICE_ID, credentials: [KEY_CREDENTIAL], uses: 3 },
];

/** What a lock is made ready with, and what then happens to it when the power may go. */
interface Happening<T> {
  prepare(door: BenchDoor): T;
  happen(door: BenchDoor, prepared: T): void;
  /** A hand turns the bolt as well, and nobody turns it back. */
  byHand?: boolean;
  /** What holds besides the rules, seen from a session opened since. */
  also?(seen: { door: BenchDoor; prepared: T; opened: Opened; before: Known; now: Known; wasCut: boolean }): void;
}

/** The power goes at every flash operation of what happens, and at every one of the boot after it; the rules hold after each. */
export function atEveryMoment<T>({ prepare, happen, byHand = false, also }: Happening<T>): void {
  atEveryFlashOperation({
    prepare: () => {
      const door = new BenchDoor(GRANTS);
      const before = readAll(door.bench, door.opened);
      const prepared = prepare(door);
      return { bench: door.bench, prepared: { door, prepared, before } };
    },
    action: (_bench, { door, prepared }) => happen(door, prepared),
    check: (bench, { door, prepared, before }, wasCut) => {
      const opened = bench.open(door.paired);
      const now = checkRules(bench, opened, before);
      if (!byHand) checkBolt(bench, now);
      also?.({ door, prepared, opened, before, now, wasCut });
    },
  });
}

/** Sends commands over an open session, up to the one that is not answered; what they are answered is for the check to find out. */
export function tell(session: TestSession, ...commands: readonly Command[]): void {
  for (const command of commands) {
    const r = session.line.request(session.sealed(command));
    if (!r) return;
    session.read(command, r);
  }
}
