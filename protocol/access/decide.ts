import { type CredentialKind, type GrantClaims, kindOf, Right } from "../documents/grant.ts";
import { Action, type OrderClaims } from "../documents/order.ts";
import type { Settings } from "../documents/settings.ts";
import { equalBytes } from "../wire/bytes.ts";
import { Reason } from "../wire/reason.ts";
import type { CarriedReason } from "./carried.ts";
import { checkOrder } from "./order-check.ts";
import { parsePosixTz } from "./posix-tz.ts";
import { isWithinWindows } from "./schedule.ts";

/** Actions that a grant can allow; 5 and 6 are the issuer's. */
export type GrantedAction = Exclude<Action, typeof Action.allowPairing | typeof Action.unpair>;

/** May the bearer of this grant do this, here and now? Times are seconds since 1970 UTC. */
export interface Question {
  readonly lockId: Uint8Array;
  /** From the table, or carried and verified. */
  readonly grant: GrantClaims;
  /** What `checkCarried` says of a carried grant; absent for one in the table. */
  readonly carried?: CarriedReason;
  /** Absent at the door, where a tag or a PIN is shown instead. Its signature is good. */
  readonly order?: {
    readonly claims: OrderClaims;
    /** The current one of the slot or session, and its age in seconds of uptime. */
    readonly challenge: Uint8Array;
    readonly challengeAgeSeconds: number;
  };
  readonly action: GrantedAction;
  readonly settings: Settings;
  /** The roster's; 0 = never. */
  readonly staleAfter: number;
  readonly now: number;
  readonly timeUncertain: boolean;
  /** How often this lock has let the grant be used. */
  readonly used: number;
  /** Kinds of credential shown within 15 s; an order shows 3, the key. */
  readonly kindsShown: ReadonlySet<CredentialKind>;
  readonly privacy: boolean;
}

const RIGHT_FOR: Record<GrantedAction, number> = {
  [Action.unlock]: Right.unlock,
  [Action.lock]: Right.lock,
  [Action.hold]: Right.hold,
  [Action.endHold]: Right.hold,
  [Action.courier]: Right.courier,
};

/**
 * The one decision, for all ways in: 0, or the first reason of protocol.md §8 that stands against it, from the order's
 * 6 to 28. What comes before (shapes, an unknown grant, signatures) and after (the bolt's own) is the caller's.
 */
export function decide(question: Question): Reason {
  const { grant, order, action, now, timeUncertain } = question;
  const essential = has(grant, Right.essential);
  const shown = kindsShownOf(question);

  if (question.carried === Reason.unknownGrant) return Reason.unknownGrant;
  if (order) {
    const { claims, challenge, challengeAgeSeconds } = order;
    const { lockId } = question;
    const reason = checkOrder({ order: claims, lockId, challenge, challengeAgeSeconds, now, timeUncertain, essential });
    if (reason !== Reason.done) return reason;
  }
  if (question.carried === Reason.revoked) return Reason.revoked;
  if (!isForLock(question)) return Reason.wrongLock;
  if (!has(grant, RIGHT_FOR[action])) return Reason.rightMissing;
  if (timeUncertain && !essential && isTimed(grant)) return Reason.timeUncertain;
  // An uncertain clock has only essential grants left here, and those ignore their times then.
  if (!timeUncertain && now < (grant.notBefore ?? 0)) return Reason.notYetValid;
  if (!timeUncertain && now >= (grant.expires ?? Number.POSITIVE_INFINITY)) return Reason.expired;
  if (!timeUncertain && !isWithinHours(question)) return Reason.outsideHours;
  if (!essential && isStale(question)) return Reason.rosterStale;
  if (grant.uses !== undefined && question.used >= grant.uses) return Reason.usesSpent;
  if (shown === 0) return Reason.proofMissing;
  if (shown < (grant.rule ?? 1)) return Reason.secondFactorMissing;
  if (question.privacy && opens(action) && !has(grant, Right.overridesPrivacy)) return Reason.privacy;
  return Reason.done;
}

function has(grant: GrantClaims, right: number): boolean {
  return (grant.rights & right) !== 0;
}

function isForLock({ grant, lockId, settings }: Question): boolean {
  const names = [lockId, ...(settings.groups ?? [])];
  return grant.audience.some((audience) => names.some((name) => equalBytes(audience, name)));
}

function isTimed(grant: GrantClaims): boolean {
  return grant.notBefore !== undefined || grant.expires !== undefined || grant.windows !== undefined;
}

function isWithinHours({ grant, settings, now }: Question): boolean {
  if (!grant.windows) return true;
  const tz = settings.tz === undefined ? undefined : parsePosixTz(settings.tz);
  return tz !== undefined && isWithinWindows(grant.windows, { tz, holidays: settings.holidays ?? [] }, now);
}

function isStale({ staleAfter, now, timeUncertain }: Question): boolean {
  return staleAfter !== 0 && (timeUncertain || now >= staleAfter);
}

/** How many different kinds that the grant knows were shown. */
function kindsShownOf({ grant, kindsShown }: Question): number {
  return new Set(grant.credentials.map(kindOf).filter((kind) => kindsShown.has(kind))).size;
}

/** What privacy holds back: it never keeps anybody from locking or from ending a hold. */
function opens(action: GrantedAction): boolean {
  return action === Action.unlock || action === Action.hold;
}
