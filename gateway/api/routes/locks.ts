import { type Static, Type } from "@fastify/type-provider-typebox";
import { reasonName } from "../../../protocol/wire/reason.ts";
import { Flag } from "../../../protocol/wire/responses.ts";
import type { Api, ApiParts } from "../api.ts";
import { LockId } from "../fields.ts";
import { lockView } from "../lock-view.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, toPage } from "../page.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";
import type { ActOutcome } from "../services.ts";

const LockParams = Type.Object({ lockId: LockId });

const ActionBody = Type.Object(
  { action: Type.Enum(["unlock", "lock", "hold", "end-hold"]) },
  { additionalProperties: false },
);

export const ActionView = Type.Object(
  {
    outcome: Type.Literal("done"),
    bolt: Type.Enum(["thrown", "drawn"]),
    seq: Type.Integer({ description: "Of the event in the lock's log" }),
  },
  { $id: "ActionOutcome", description: "The lock has done it" },
);

export type ActionJson = Static<typeof ActionView>;

export function addLockRoutes(api: Api, parts: ApiParts): void {
  const { locks, actions } = parts;
  const pairedLock = (lockId: string) => {
    const lock = locks.get(lockId);
    if (!lock) throw new ProblemError("unknown-lock", `No lock ${lockId} is paired here.`);
    return lock;
  };

  api.get(
    "/locks",
    {
      schema: {
        operationId: "listLocks",
        summary: "The paired locks, in order of id",
        tags: ["locks"],
        querystring: PageQuery,
        response: { 200: pageOf("Lock"), ...problemResponses("field-invalid") },
      },
    },
    async (request) => {
      const { after = "", limit = LIMIT_DEFAULT } = request.query;
      const found = locks.list().filter(({ lockId }) => lockId > after);
      const { items, ...next } = toPage(found, limit, ({ lockId }) => lockId);
      return { items: items.map((lock) => lockView(lock, parts)), ...next };
    },
  );

  api.get(
    "/locks/:lockId",
    {
      schema: {
        operationId: "getLock",
        summary: "One lock: what it is, what it reported, whether it is in step",
        tags: ["locks"],
        params: LockParams,
        response: {
          200: { description: "The lock", $ref: "Lock#" },
          ...problemResponses("unknown-lock", "field-invalid"),
        },
      },
    },
    async (request) => lockView(pairedLock(request.params.lockId), parts),
  );

  api.post(
    "/locks/:lockId/actions",
    {
      schema: {
        operationId: "actOnLock",
        summary: "Unlock, lock, hold open or end that; answers when the outcome is known",
        tags: ["locks"],
        params: LockParams,
        body: ActionBody,
        response: {
          200: { description: "Done", $ref: "ActionOutcome#" },
          ...problemResponses(...BODY_PROBLEMS, "unknown-lock", "lock-refused", "lock-unreachable", "outcome-unknown"),
        },
      },
    },
    async (request) => {
      const { lockId } = pairedLock(request.params.lockId);
      return actionView(await actions.act(lockId, request.body.action));
    },
  );
}

function actionView(outcome: ActOutcome): ActionJson {
  switch (outcome.kind) {
    case "done":
      return { outcome: "done", bolt: (outcome.flags & Flag.thrown) !== 0 ? "thrown" : "drawn", seq: outcome.seq };
    case "refused":
      throw new ProblemError("lock-refused", `The lock refused: ${reasonName(outcome.reason)}.`, {
        reason: outcome.reason,
      });
    case "unreachable":
      throw new ProblemError("lock-unreachable", outcome.message);
    case "unknown":
      throw new ProblemError("outcome-unknown", outcome.message);
  }
}
