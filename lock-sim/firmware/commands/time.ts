import { isChallengeFresh } from "../../../protocol/access/challenge-age.ts";
import { parseTimeToken, verifyTimeToken } from "../../../protocol/documents/time-token.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Response } from "../../../protocol/wire/responses.ts";
import type { Parts } from "../parts.ts";
import { setClock } from "../set-clock.ts";
import type { Caller } from "./caller.ts";
import { refuse } from "./refuse.ts";
import { spendChallenge } from "./spend-challenge.ts";

type Of<N extends Command["name"]> = Extract<Command, { name: N }>;

/**
 * The issuer's word: it may set the clock to anything, and ends uncertainty (protocol.md §7). Over a challenge that is not fresh
 * it may have been held back, and would set the clock back by as long.
 */
export function time(parts: Parts, caller: Caller, { token }: Of<"time">): Response<"time"> {
  const { suite, identity, trust, clock } = parts;
  const parsed = parseTimeToken(suite, token);
  if (!parsed.ok) return refuse(parsed.reason);
  const { challenge, challengeAgeSeconds } = spendChallenge(caller.challenge, parsed.value.claims);

  const verified = trust.issuerPk && verifyTimeToken(suite, token, trust.issuerPk);
  if (!verified) return refuse(Reason.unknownKey, caller.challenge);
  if (!verified.ok) return refuse(verified.reason, caller.challenge);
  const claims = verified.value;
  if (!equalBytes(claims.lockId, identity.label.lockId)) return refuse(Reason.wrongLock, caller.challenge);
  if (!equalBytes(claims.challenge, challenge)) return refuse(Reason.staleChallenge, caller.challenge);
  if (!isChallengeFresh(challengeAgeSeconds)) return refuse(Reason.staleChallenge, caller.challenge);
  setClock(parts, claims.time, caller.slot);
  return { ok: true, value: { time: clock.now(), challenge: caller.challenge.bytes } };
}

/** The gateway's word: good enough to correct a clock that drifts, not to move it. */
export function timeHint({ clock, log }: Parts, caller: Caller, hint: Of<"timeHint">): Response<"timeHint"> {
  if (!clock.takeHint(hint.time, log.newestTime)) return refuse(Reason.timeUncertain);
  return { ok: true, value: { time: clock.now(), challenge: caller.challenge.bytes } };
}
