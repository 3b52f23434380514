import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Grant } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import type { Roster } from "../../../protocol/documents/roster.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { Flag } from "../../../protocol/wire/responses.ts";
import { type Asked, VIAS } from "../../decision/asked.ts";
import { Decisions } from "../../decision/decisions.ts";
import { readTime } from "../../decision/local-time.ts";
import type { LockRow } from "../../store/lock-store.ts";
import type { Api, ApiParts } from "../api.ts";
import { ACTION_NAMES, ACTIONS, decisionView, KINDS, type KindName } from "../decision-view.ts";
import { KINDS_PATTERN, LockId } from "../fields.ts";
import { GrantId } from "../grant-fields.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { ProblemError, problemResponses } from "../problem.ts";
import { scopeOf } from "../scope.ts";

/** How far ahead a change of the answer is looked for. */
const LOOK_AHEAD_DAYS = 366;
const DAY_SECONDS = 86_400;
const UINT32_MAX = 2 ** 32 - 1;

const DecisionQuery = Type.Object(
  {
    grant: Type.Optional(GrantId),
    at: Type.Optional(
      Type.String({
        maxLength: 40,
        description: "RFC 3339; without an offset it is the lock's local time. Now if absent",
        examples: ["2026-12-24T07:30:00+01:00"],
      }),
    ),
    action: Type.Optional(Type.Enum(ACTION_NAMES, { default: "unlock", description: "What is wanted of the lock" })),
    with: Type.Optional(
      Type.String({
        pattern: KINDS_PATTERN,
        description: "What the bearer shows; all that the grant has if absent",
        examples: ["tag,pin"],
      }),
    ),
    via: Type.Optional(
      Type.Enum([...VIAS], {
        description:
          "`door`: a tag or a PIN is shown there. `order`: the bearer's key signs an order. `carried`: it brings its grant too. " +
          "As the grant allows if absent",
      }),
    ),
    clock: Type.Optional(
      Type.Enum(["certain", "uncertain"], {
        description:
          "Whether the lock knows the time; if absent: for now as it last said, for another time that it does",
      }),
    ),
    privacy: Type.Optional(
      Type.Boolean({ default: false, description: "Whether somebody inside wants to be left alone" }),
    ),
    used: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: UINT32_MAX,
        description: "How often the lock has let the grant be used; as the events here tell if absent",
      }),
    ),
    ...PageQuery.properties,
  },
  { additionalProperties: false },
);

type Query = Static<typeof DecisionQuery>;

export function addDecisionRoute(api: Api, parts: ApiParts): void {
  const { locks, clock } = parts;
  const decisions = new Decisions(parts);

  api.get(
    "/locks/:lockId/decision",
    {
      schema: {
        operationId: "getDecision",
        summary: "What a lock will say to a grant: yes or no, by which rule, and when that changes",
        description:
          "The answer comes of the very function that the lock runs, over the roster that it shall have. Without `grant` it is a page of all " +
          "grants in that roster, with their answers: who can open this door then? A page does not tell when answers change.",
        tags: ["locks"],
        params: Type.Object({ lockId: LockId }),
        querystring: DecisionQuery,
        response: {
          200: Type.Union([Type.Unsafe({ $ref: "Decision#" }), pageOf("Decision")], {
            description: "The answer, or a page of them",
          }),
          ...problemResponses("unknown-lock", "unknown-grant", "field-invalid"),
        },
      },
    },
    async (request) => {
      const { lockId } = request.params;
      const { query } = request;
      const lock = locks.get(lockId);
      if (!lock) throw new ProblemError("unknown-lock", `No lock ${lockId} is paired here.`);
      const roster = decisions.roster(lockId);
      if (!roster) throw new ProblemError("unknown-grant", `Lock ${lockId} has no roster yet.`);
      const scope = scopeOf(request);
      const isSeen = ({ claims }: Grant) =>
        claims.audience.map(toHex).every((id) => scope.hasLock(id) || scope.hasGroup(id));
      const asked = askedBy(query, lock, roster, Math.floor(clock.wallMs() / 1000));
      if (query.grant === undefined) {
        const { limit = LIMIT_DEFAULT } = query;
        const after = positionAfter("decisions", query, "");
        const found = decisions.ofTable(lock, roster, asked, { after, limit: limit + 1, isSeen });
        const items = found.map((decision) => decisionView(decision, { asked, lock, roster }));
        return toPage("decisions", items, limit, ({ grantId }) => grantId);
      }
      const until = asked.at + LOOK_AHEAD_DAYS * DAY_SECONDS;
      const decision = decisions.ofGrant(lock, roster, query.grant, asked, until);
      if (!decision || !isSeen(decision.grant))
        throw new ProblemError("unknown-grant", `No grant ${query.grant} is known here.`);
      return decisionView(decision, { asked, lock, roster, until });
    },
  );
}

function askedBy(query: Query, { reported }: LockRow, roster: Roster, now: number): Asked {
  const { at, action = "unlock", via, used, privacy = false, clock } = query;
  const asked = at === undefined ? now : readTime(at, roster.claims.settings.tz);
  if (asked === undefined || asked < 0 || asked > UINT32_MAX) {
    throw new ProblemError("field-invalid", "at must be a time like 2026-12-24T07:30:00+01:00", { field: "at" });
  }
  if (via === "door" && ACTIONS[action] !== Action.unlock) {
    throw new ProblemError("field-invalid", "via must not be door: there, tags and PINs only unlock", { field: "via" });
  }
  const isUncertainNow = reported !== undefined && (reported.flags & Flag.timeUncertain) !== 0;
  return {
    action: ACTIONS[action],
    at: asked,
    privacy,
    timeUncertain: clock === undefined ? at === undefined && isUncertainNow : clock === "uncertain",
    ...(via && { via }),
    ...(query.with !== undefined && { kinds: new Set(query.with.split(",").map((kind) => KINDS[kind as KindName])) }),
    ...(used !== undefined && { used }),
  };
}
