import type { Window } from "../documents/grant.ts";
import { Reason } from "../wire/reason.ts";
import { decide, type Question } from "./decide.ts";
import { parsePosixTz } from "./posix-tz.ts";
import { type Calendar, isWithinWindows } from "./schedule.ts";

/** Whoever orders beforehand is taken to do it right: over the challenge that is current then. */
const CHALLENGE = new Uint8Array(8);

/** A question that is put before anybody stands at the door, for any moment. */
export interface Foresight extends Omit<Question, "order" | "now"> {
  /** Whether the bearer will order it, with a fresh order; otherwise a tag or a PIN is shown at the door. */
  readonly byOrder: boolean;
}

/** What decides, by the name of its claim (RFC 8392), roster member or setting in protocol.md §7. */
export type Rule =
  | "roster"
  | "aud"
  | "rights"
  | "clock"
  | "nbf"
  | "exp"
  | "tz"
  | "windows"
  | "holidays"
  | "staleAfter"
  | "uses"
  | "credentials"
  | "rule"
  | "privacy";

/** What a lock would say, 0 or its first reason, and by which rule. */
export interface Answer {
  readonly reason: Reason;
  readonly rule: Rule;
  /** The one that holds, where windows let somebody in. */
  readonly window?: Window;
}

/** The lock's own decision at `now`, seconds since 1970 UTC, and what it rests on. */
export function answerAt(foresight: Foresight, now: number): Answer {
  const reason = reasonAt(foresight, now);
  if (reason === Reason.done) return grantedBy(foresight, now);
  return { reason, rule: ruleOf(foresight, reason, now) };
}

/** The decision alone. */
export function reasonAt(foresight: Foresight, now: number): Reason {
  return decide(questionAt(foresight, now));
}

function questionAt({ byOrder, ...asked }: Foresight, now: number): Question {
  if (!byOrder) return { ...asked, now };
  const { lockId, action, grant } = asked;
  const claims = { lockId, challenge: CHALLENGE, action, grantId: grant.id, notAfter: now };
  return { ...asked, now, order: { claims, challenge: CHALLENGE, challengeAgeSeconds: 0 } };
}

function grantedBy({ grant: { windows }, settings, timeUncertain }: Foresight, now: number): Answer {
  const { done: reason } = Reason;
  const calendar = calendarOf(settings);
  // An uncertain clock has only essential grants left, and those ignore their windows then.
  if (timeUncertain || !windows || !calendar) return { reason, rule: "rights" };
  const isWeekday = isWithinWindows(windows, withoutHolidays(calendar), now);
  const window = windows.find((one) => isWithinWindows([one], calendar, now));
  return { reason, rule: isWeekday ? "windows" : "holidays", ...(window && { window }) };
}

function ruleOf(foresight: Foresight, reason: Reason, now: number): Rule {
  switch (reason) {
    case Reason.unknownGrant:
    case Reason.revoked:
      return "roster";
    case Reason.wrongLock:
      return "aud";
    case Reason.rightMissing:
      return "rights";
    case Reason.timeUncertain:
      return "clock";
    case Reason.notYetValid:
      return "nbf";
    case Reason.expired:
      return "exp";
    case Reason.outsideHours:
      return outsideRule(foresight, now);
    case Reason.rosterStale:
      return "staleAfter";
    case Reason.usesSpent:
      return "uses";
    case Reason.proofMissing:
      return "credentials";
    case Reason.secondFactorMissing:
      return "rule";
    case Reason.privacy:
      return "privacy";
    default:
      throw new RangeError(`${reason} is none of the reasons that decide gives to a good order`);
  }
}

function outsideRule({ grant, settings }: Foresight, now: number): Rule {
  const calendar = calendarOf(settings);
  if (!calendar) return "tz";
  return isWithinWindows(grant.windows ?? [], withoutHolidays(calendar), now) ? "holidays" : "windows";
}

function calendarOf({ tz: text, holidays = [] }: Foresight["settings"]): Calendar | undefined {
  const tz = text === undefined ? undefined : parsePosixTz(text);
  return tz && { tz, holidays };
}

function withoutHolidays({ tz }: Calendar): Calendar {
  return { tz, holidays: [] };
}
