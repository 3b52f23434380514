import { Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";
import { hex } from "../fields.ts";
import { GrantBody, grantView } from "../grant-view.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, toPage } from "../page.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";

const GrantParams = Type.Object({ id: hex(8, "The grant's id") });

export function addGrantRoutes(api: Api, { grants }: ApiParts): void {
  api.post(
    "/grants",
    {
      schema: {
        operationId: "addGrant",
        summary: "Give a bearer's key a right at some locks",
        description: "The locks get it with their next roster, which is asked for at once.",
        tags: ["grants"],
        body: GrantBody,
        response: {
          201: { description: "Signed, and wanted at its locks", $ref: "Grant#" },
          ...problemResponses(...BODY_PROBLEMS, "grant-exists", "table-full", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      const grant = grantView(await grants.add(request.body));
      return reply.code(201).header("location", `/v1/grants/${grant.id}`).send(grant);
    },
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
      const { after = "", limit = LIMIT_DEFAULT } = request.query;
      const { items, ...next } = toPage(grants.list(after, limit + 1), limit, ({ row }) => row.id);
      return { items: items.map(grantView), ...next };
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
      return grantView(grant);
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
