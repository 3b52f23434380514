import { Type } from "@fastify/type-provider-typebox";
import { actionView } from "../action-view.ts";
import type { Api, ApiParts } from "../api.ts";
import { LockId } from "../fields.ts";
import { lockView } from "../lock-view.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";
import { scopeOf } from "../scope.ts";
import { syncView } from "../sync-view.ts";

const LockParams = Type.Object({ lockId: LockId });

const ActionBody = Type.Object(
  {
    action: Type.Enum(["unlock", "lock", "hold", "end-hold"], {
      description: "`hold` keeps it open until `end-hold`; after `unlock` it relocks by itself",
    }),
  },
  { additionalProperties: false, examples: [{ action: "unlock" }] },
);

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
      const { limit = LIMIT_DEFAULT } = request.query;
      const after = positionAfter("locks", request.query, "");
      const scope = scopeOf(request);
      const found = locks.list().filter(({ lockId }) => lockId > after && scope.hasLock(lockId));
      const { items, ...next } = toPage("locks", found, limit, ({ lockId }) => lockId);
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

  api.get(
    "/locks/:lockId/sync",
    {
      schema: {
        operationId: "getLockSync",
        summary: "How far a lock is in step: roster, events and clock, wanted against reported",
        tags: ["locks"],
        params: LockParams,
        response: {
          200: { description: "How far it is", $ref: "Sync#" },
          ...problemResponses("unknown-lock", "field-invalid"),
        },
      },
    },
    async (request) => syncView(pairedLock(request.params.lockId), parts),
  );

  api.post(
    "/locks/:lockId/sync/approval",
    {
      schema: {
        operationId: "approveLockSync",
        summary: "Say that this gateway is right about a lock that was changed elsewhere, or about the time",
        description:
          "A lock that has a roster from elsewhere is overwritten three times a day at most; after that it is left alone (`changed-elsewhere`) until this is said, or until its rights change. Said with a token without a scope, it also ends a dispute between the machine's clock and the locks'.",
        tags: ["locks"],
        params: LockParams,
        response: {
          200: { description: "How far it is; it is being brought into step", $ref: "Sync#" },
          ...problemResponses("unknown-lock", "field-invalid"),
        },
      },
    },
    async (request) => {
      const lock = pairedLock(request.params.lockId);
      // The time is that of all locks.
      if (scopeOf(request).isWhole) parts.sync.approveTime();
      await parts.sync.approve(lock.lockId);
      return syncView(lock, parts);
    },
  );

  api.post(
    "/locks/:lockId/actions",
    {
      config: { audited: ["action"] },
      schema: {
        operationId: "actOnLock",
        summary: "Unlock, lock, hold open or end that; answers when the outcome is known",
        description:
          "One request makes a bolt move at most once, whatever is lost on the way. With an Idempotency-Key the same holds for its repeats.",
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
