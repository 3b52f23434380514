import { type GrantClaims, Right } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { equalBytes, toHex } from "../../../protocol/wire/bytes.ts";
import type { Door } from "../site/door.ts";
import { claimsOf, type FarIssuer, grantIdOf, type IssuedRoster } from "../site/issuer.ts";
import { partsOf } from "../thief/forge.ts";

/** Somebody with a grant has asked for something. */
interface Asked {
  readonly grant: Uint8Array;
  readonly action: Action;
}

const RIGHT_FOR: Partial<Record<Action, number>> = { [Action.unlock]: Right.unlock, [Action.hold]: Right.hold };
const LOCAL_TIME = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Stockholm",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTES_PER_HOUR = 60;

/**
 * Whether the grant may draw the bolt of this door now, by the issuer's own books and the true time: written apart from what
 * locks run, so that a mistake of theirs is none of the judge's.
 *
 * `confirmedEpoch`: of the newest roster that the lock is known to have committed. What was taken back with it stays taken
 * back; what was taken back later may work until the roster before it is stale, and no longer (protocol.md §7).
 */
export function mayDraw(
  issuer: FarIssuer,
  door: Door,
  { grant, action }: Asked,
  { now, used, confirmedEpoch }: { now: number; used: number; confirmedEpoch: number },
): boolean {
  const claims = claimsOf(grant);
  const { generation } = door.inside;
  // The payload alone: of a signature there are two good ones.
  const isIssued = issuer.granted.some((own) => equalBytes(partsOf(own).payload, partsOf(grant).payload));
  if (!isIssued) return false;
  const right = RIGHT_FOR[action];
  if (!right || (claims.rights & right) === 0) return false;
  if (now < (claims.notBefore ?? 0) || now >= (claims.expires ?? Number.POSITIVE_INFINITY)) return false;
  if (!isWithinWindows(claims, now) || used >= (claims.uses ?? Number.POSITIVE_INFINITY)) return false;
  if (door.inside.privacy.isOn && (claims.rights & Right.overridesPrivacy) === 0) return false;
  const isEssential = (claims.rights & Right.essential) !== 0;
  const newest = issuer.newest(door.id, generation);
  return issuer.rosters.some((roster) => {
    const isOfDoor = roster.lockId === door.id && roster.generation === generation && roster.epoch >= confirmedEpoch;
    const holds = roster.claims.staleAfter === 0 || now < roster.claims.staleAfter || isEssential;
    const mayStand = roster === newest || now < roster.claims.staleAfter;
    return isOfDoor && holds && mayStand && allows(roster, grant, claims);
  });
}

function allows(roster: IssuedRoster, grant: Uint8Array, claims: GrantClaims): boolean {
  const names = [roster.lockId, ...(roster.claims.settings.groups ?? []).map(toHex)];
  if (!claims.audience.some((audience) => names.includes(toHex(audience)))) return false;
  const inTable = roster.grants.find((other) => equalBytes(grantIdOf(other), claims.id));
  if (inTable) return equalBytes(inTable, grant);
  const isDenied = roster.claims.denied.some((id) => equalBytes(id, claims.id));
  return !isDenied && claims.issuedAt >= roster.claims.carriedFrom;
}

/** Windows of this site begin and end on one day, and no holiday is set. */
function isWithinWindows({ windows }: GrantClaims, now: number): boolean {
  if (!windows) return true;
  const parts = Object.fromEntries(LOCAL_TIME.formatToParts(now * 1000).map(({ type, value }) => [type, value]));
  const day = 1 << DAYS.indexOf(parts.weekday!);
  const minute = Number(parts.hour) * MINUTES_PER_HOUR + Number(parts.minute);
  return windows.some(({ days, from, to }) => (days & day) !== 0 && minute >= from && minute < to);
}
