import type { Change } from "../../protocol/access/next-change.ts";
import { type CredentialKind, Right } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import type { Roster } from "../../protocol/documents/roster.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Asked } from "./asked.ts";
import type { GrantDecision } from "./decisions.ts";
import { localTimeText } from "./local-time.ts";

const ACTION_WORDS: Record<Asked["action"], string> = {
  [Action.unlock]: "unlock",
  [Action.lock]: "lock",
  [Action.hold]: "hold the door open",
  [Action.endHold]: "end a hold",
  [Action.courier]: "carry rosters and events as a courier",
};
const KIND_WORDS: Record<CredentialKind, string> = { 1: "a tag", 2: "a PIN", 3: "a key" };

/**
 * Whether, why, and until when, for people: "No: it is outside its hours. Yes from Mon 2026-12-28 07:00 local time on."
 * `until` is how far was looked ahead; absent if not at all.
 */
export function sentenceOf(decision: GrantDecision, asked: Asked, roster: Roster, until?: number): string {
  const { reason, changes } = decision;
  const time = (seconds: number) => localTimeText(roster.claims.settings.tz, seconds);
  const { turn } = changes;
  if (turn && reason === Reason.done) return `Yes, until ${time(turn.at)}${proviso(turn)}.`;
  const answer = reason === Reason.done ? "Yes" : `No: ${whyNot(decision, asked, roster, time)}`;
  if (turn) return `${answer}. Yes from ${time(turn.at)} on.`;
  // A newer roster, which comes as a matter of course, ends what a stale one says.
  const isLasting = until !== undefined && decision.rule !== "staleAfter";
  return isLasting ? `${answer}. That stays so until ${time(until)} at least.` : `${answer}.`;
}

function proviso({ rule }: Change): string {
  return rule === "staleAfter" ? ", or longer if a newer roster reaches the lock before" : "";
}

function whyNot(decision: GrantDecision, asked: Asked, roster: Roster, time: (seconds: number) => string): string {
  const { rule, grant, kinds, used, via } = decision;
  const { notBefore = 0, expires = 0, rights } = grant.claims;
  switch (rule) {
    case "roster":
      return decision.reason === Reason.revoked
        ? takenBack(decision, roster)
        : "the lock's roster does not hold this grant";
    case "issuer":
      return "another key has signed it than the roster";
    case "cnf":
      return "it has no key, and an order needs one";
    case "sealedSecrets":
      return "the lock has no secrets by which it could check a PIN";
    case "aud":
      return "it is for other locks";
    case "rights":
      return `it gives no right to ${ACTION_WORDS[asked.action]}`;
    case "clock":
      return (rights & Right.essential) === 0 && via !== "door"
        ? "the lock does not know the time, and takes orders of people who live there alone until it does"
        : "the lock does not know the time, and this grant holds at certain times";
    case "nbf":
      return `it begins ${time(notBefore)}`;
    case "exp":
      return `it ended ${time(expires)}`;
    case "tz":
      return "it holds at certain hours, and the lock has no time zone to tell them by";
    case "windows":
      return "it is outside its hours";
    case "holidays":
      return "it is a holiday there, and its hours are for other days";
    case "staleAfter":
      return `the lock's roster is stale since ${time(roster.claims.staleAfter)}: until a newer one comes, only people who live there get in`;
    case "uses":
      return `it has been used ${used} ${used === 1 ? "time" : "times"} there, as often as it may`;
    case "credentials":
      return "nothing is shown by which the lock could know its bearer";
    case "rule":
      return `it asks for ${grant.claims.rule} kinds of credential, and only ${kindWords(kinds)} is shown`;
    case "privacy":
      return "somebody inside wants to be left alone";
  }
}

function takenBack({ grant }: GrantDecision, { claims }: Roster): string {
  if (grant.claims.issuedAt < claims.carriedFrom) return "it is older than what the lock takes from bearers";
  const isDenied = claims.denied.some((id) => equalBytes(id, grant.claims.id));
  return isDenied ? "it has been revoked" : "the lock's roster holds another grant under its id";
}

function kindWords(kinds: ReadonlySet<CredentialKind>): string {
  return [...kinds].map((kind) => KIND_WORDS[kind]).join(" and ");
}
