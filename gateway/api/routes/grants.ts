import { Type } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import type { GrantRequest } from "../../rights/grant-request.ts";
import type { Api, ApiParts } from "../api.ts";
import { GrantBody, GrantContent, grantRequest } from "../grant-body.ts";
import { GrantId } from "../grant-fields.ts";
import { type GrantJson, grantView } from "../grant-view.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";
import { assertWithin, type Scope, scopeOf } from "../scope.ts";

const GrantParams = Type.Object({ id: GrantId });

const ADDED = {
  200: { description: "It had been asked for before; a PIN is not shown again", $ref: "Grant#" },
  201: { description: "Signed, and wanted at its locks; a PIN is shown here and never again", $ref: "Grant#" },
  ...problemResponses(
    ...BODY_PROBLEMS,
    "grant-exists",
    "grant-too-large",
    "table-full",
    "pin-taken",
    "stairs-mixed",
    "store-failed",
  ),
};
const ASKED_AGAIN =
  "Asking again with the same id and the same content changes nothing and answers the grant as it is by now; " +
  "with other content it is a conflict. The locks get a grant with their next roster, which is asked for at once.";

export function addGrantRoutes(api: Api, { grants, groups }: Pick<ApiParts, "grants" | "groups">): void {
  const add = async (request: GrantRequest, scope: Scope, reply: FastifyReply): Promise<GrantJson> => {
    assertWithin(scope, request);
    const added = await grants.add(request);
    reply.code(added.isNew ? 201 : 200).header("location", `/v1/grants/${added.row.id}`);
    return grantView(added, groups, added.pin);
  };

  api.post(
    "/grants",
    {
      config: { shownOnce: ["digits"] },
      schema: {
        operationId: "addGrant",
        summary: "Give somebody a right at some locks",
        description: ASKED_AGAIN,
        tags: ["grants"],
        body: GrantBody,
        response: ADDED,
      },
    },
    (request, reply) => add(grantRequest(request.body), scopeOf(request), reply),
  );

  api.put(
    "/grants/:id",
    {
      schema: {
        operationId: "putGrant",
        summary: "Give somebody a right, under an id of the caller's own",
        description: ASKED_AGAIN,
        tags: ["grants"],
        params: GrantParams,
        body: GrantContent,
        response: ADDED,
      },
    },
    (request, reply) => add(grantRequest({ ...request.body, id: request.params.id }), scopeOf(request), reply),
  );

  api.get(
    "/grants",
    {
      schema: {
        operationId: "listGrants",
        summary: "All grants in order of id, revoked ones included",
        tags: ["grants"],
        querystring: PageQuery,
        response: { 200: pageOf("Grant"), ...problemResponses("field-invalid") },
      },
    },
    async (request) => {
      const { limit = LIMIT_DEFAULT } = request.query;
      const scope = scopeOf(request);
      const after = positionAfter("grants", request.query, "");
      const found = grants.list(after, limit + 1, (row) => scope.hasPlaces(row));
      const { items, ...next } = toPage("grants", found, limit, ({ row }) => row.id);
      return { items: items.map((grant) => grantView(grant, groups)), ...next };
    },
  );

  api.get(
    "/grants/:id",
    {
      schema: {
        operationId: "getGrant",
        summary: "One grant",
        tags: ["grants"],
        params: GrantParams,
        response: {
          200: { description: "The grant", $ref: "Grant#" },
          ...problemResponses("unknown-grant", "field-invalid"),
        },
      },
    },
    async (request) => {
      const grant = grants.get(request.params.id);
      if (!grant) throw new ProblemError("unknown-grant");
      return grantView(grant, groups);
    },
  );

  api.post(
    "/grants/:id/handed-out",
    {
      schema: {
        operationId: "grantHandedOut",
        summary: "Say that the bearer of a carried grant has its document",
        description: "It is then no longer `toHandOut`, until it has to be issued again.",
        tags: ["grants"],
        params: GrantParams,
        response: {
          204: Type.Null({ description: "Noted" }),
          ...problemResponses("unknown-grant", "field-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      if (!(await grants.handedOut(request.params.id))) throw new ProblemError("unknown-grant");
      return reply.code(204).send(null);
    },
  );

  api.delete(
    "/grants/:id",
    {
      schema: {
        operationId: "revokeGrant",
        summary: "Revoke a grant for good",
        description: "Its locks refuse it from their next roster on, which is asked for at once.",
        tags: ["grants"],
        params: GrantParams,
        response: {
          204: Type.Null({ description: "Revoked, now or before" }),
          ...problemResponses("unknown-grant", "field-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      if (!(await grants.revoke(request.params.id))) throw new ProblemError("unknown-grant");
      return reply.code(204).send(null);
    },
  );
}
