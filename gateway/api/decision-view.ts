import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Change } from "../../protocol/access/next-change.ts";
import type { CredentialKind } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import type { Roster } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Reason, reasonName } from "../../protocol/wire/reason.ts";
import { type Asked, KEY, PIN, TAG, VIAS } from "../decision/asked.ts";
import type { DecisionRule } from "../decision/decide-beforehand.ts";
import { type GrantDecision, isInForce } from "../decision/decisions.ts";
import { localTimeText } from "../decision/local-time.ts";
import { sentenceOf } from "../decision/sentence.ts";
import { scheduleEntryOf } from "../rights/schedule-words.ts";
import type { LockRow } from "../store/lock-store.ts";
import { LockId, Time, timeText } from "./fields.ts";
import { GrantId, PersonName, Schedule, Subject } from "./grant-fields.ts";

export const ACTIONS = {
  unlock: Action.unlock,
  lock: Action.lock,
  hold: Action.hold,
  "end-hold": Action.endHold,
  courier: Action.courier,
} as const;
export const ACTION_NAMES = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[];

export const KINDS = { tag: TAG, pin: PIN, key: KEY } as const;
export type KindName = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS) as KindName[];

const RULES: Readonly<Record<DecisionRule, string>> = {
  roster: "in the roster or not, or denied by it",
  issuer: "whose key has signed",
  cnf: "the bearer's key",
  sealedSecrets: "what PINs are checked with",
  aud: "the locks and groups it is for",
  rights: "what it allows",
  clock: "whether the lock knows the time",
  nbf: "its beginning",
  exp: "its end",
  tz: "the lock's time zone",
  windows: "its hours",
  holidays: "the lock's holidays",
  staleAfter: "how long a roster lasts without a newer one",
  uses: "how often",
  credentials: "what is shown",
  rule: "how many kinds must be shown",
  privacy: "whether somebody inside wants to be left alone",
};

const ANSWER = {
  allowed: Type.Boolean(),
  reason: Type.Integer({ description: "0, or the lock's reason (protocol.md §6)" }),
  reasonName: Type.String({ description: "The reason in words; done, if it is allowed" }),
  rule: Type.Enum(Object.keys(RULES) as DecisionRule[], {
    description: `What decides: ${Object.entries(RULES)
      .map(([rule, words]) => `\`${rule}\` (${words})`)
      .join(", ")}`,
  }),
};

const ChangeView = (description: string) => Type.Optional(Type.Object({ at: Time, ...ANSWER }, { description }));

export const DecisionView = Type.Object(
  {
    lockId: LockId,
    grantId: GrantId,
    subject: Subject,
    name: Type.Optional(PersonName),
    at: Time,
    localTime: Type.String({ description: "The same for people, as the clocks at the lock show it" }),
    action: Type.Enum(ACTION_NAMES),
    via: Type.Enum([...VIAS]),
    with: Type.Array(Type.Enum(KIND_NAMES), { description: "What is taken as shown and good" }),
    ...ANSWER,
    window: Type.Optional(Schedule.items),
    sentence: Type.String({ description: "All that for people, in the lock's local time" }),
    next: ChangeView("The next moment at which the answer or its reason is another"),
    turn: ChangeView("The next moment at which a yes becomes a no, or a no a yes"),
    lookedUntil: Type.Optional(Time),
    roster: Type.Object(
      {
        epoch: Type.Integer(),
        isInForce: Type.Boolean({ description: "The lock has told that it has this very roster" }),
        lockEpoch: Type.Optional(Type.Integer({ description: "Of the roster that the lock last said it has" })),
      },
      { description: "The wanted roster: by it the answer is given" },
    ),
    assumed: Type.Object(
      {
        timeUncertain: Type.Boolean(),
        privacy: Type.Boolean(),
        used: Type.Optional(
          Type.Integer({ description: "How often the lock has let it be used, as the events here tell" }),
        ),
      },
      { description: "What the roster and the grant do not tell" },
    ),
  },
  {
    $id: "Decision",
    description:
      "What a lock will say to a grant. What only the lock can know then is left out: a flat battery, a jam, a locked keypad",
    examples: [
      {
        lockId: "0a1b2c3d4e5f6071",
        grantId: "5b1f3c0d9e8a7b6c",
        subject: "1122334455667788",
        name: "Home care, evenings",
        at: "2026-12-24T06:30:00.000Z",
        localTime: "Thu 2026-12-24 07:30 local time",
        action: "unlock",
        via: "door",
        with: ["tag", "pin"],
        allowed: false,
        reason: 12,
        reasonName: "outside hours",
        rule: "windows",
        sentence: "No: it is outside its hours. Yes from Thu 2026-12-24 17:00 local time on.",
        next: { at: "2026-12-24T16:00:00.000Z", allowed: true, reason: 0, reasonName: "done", rule: "windows" },
        turn: { at: "2026-12-24T16:00:00.000Z", allowed: true, reason: 0, reasonName: "done", rule: "windows" },
        lookedUntil: "2027-12-25T06:30:00.000Z",
        roster: { epoch: 7, isInForce: true, lockEpoch: 7 },
        assumed: { timeUncertain: false, privacy: false },
      },
    ],
  },
);

export type DecisionJson = Static<typeof DecisionView>;

/** `until`: how far was looked ahead, seconds since 1970; absent if not at all. */
export function decisionView(
  decision: GrantDecision,
  { asked, lock, roster, until }: { asked: Asked; lock: LockRow; roster: Roster; until?: number },
): DecisionJson {
  const { grant, name, via, kinds, window, used, changes } = decision;
  const { next, turn } = changes;
  return {
    lockId: lock.lockId,
    grantId: toHex(grant.claims.id),
    subject: toHex(grant.claims.subject),
    ...(name !== undefined && { name }),
    at: timeText(asked.at * 1000),
    localTime: localTimeText(roster.claims.settings.tz, asked.at),
    action: ACTION_NAMES.find((one) => ACTIONS[one] === asked.action)!,
    via,
    with: kindNames(kinds),
    ...answerView(decision),
    ...(window && { window: scheduleEntryOf(window) }),
    sentence: sentenceOf(decision, asked, roster, until),
    ...(next && { next: changeView(next) }),
    ...(turn && { turn: changeView(turn) }),
    ...(until !== undefined && { lookedUntil: timeText(until * 1000) }),
    roster: {
      epoch: roster.claims.epoch,
      isInForce: isInForce(lock, roster),
      ...(lock.reported && { lockEpoch: lock.reported.epoch }),
    },
    assumed: {
      timeUncertain: asked.timeUncertain,
      privacy: asked.privacy,
      ...(grant.claims.uses !== undefined && { used }),
    },
  };
}

function answerView({ reason, rule }: { reason: Reason; rule: DecisionRule }) {
  return { allowed: reason === Reason.done, reason, reasonName: reasonName(reason), rule };
}

function changeView(change: Change) {
  return { at: timeText(change.at * 1000), ...answerView(change) };
}

function kindNames(kinds: ReadonlySet<CredentialKind>): KindName[] {
  return KIND_NAMES.filter((name) => kinds.has(KINDS[name]));
}
