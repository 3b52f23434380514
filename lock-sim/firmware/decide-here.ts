import { decide, type Question } from "../../protocol/access/decide.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Parts } from "./parts.ts";

/** What is asked; the rest of the question is what this lock knows. */
type Asked = Pick<Question, "grant" | "carried" | "order" | "action" | "kindsShown">;

/** The one decision, for orders and at the door, by this lock's roster, clock and log; then 21 (protocol.md §8). */
export function decideHere({ identity, roster, clock, uses, privacy }: Parts, asked: Asked): Reason {
  const { grant } = asked;
  const reason = decide({
    ...asked,
    lockId: identity.label.lockId,
    settings: roster.settings,
    staleAfter: roster.claims?.staleAfter ?? 0,
    now: clock.now(),
    timeUncertain: clock.isUncertain(),
    used: grant.uses === undefined ? 0 : uses.used(grant),
    privacy: privacy.isOn,
  });
  if (reason !== Reason.done) return reason;
  return uses.reserve(grant) ? Reason.done : Reason.tableFull;
}
