import { type Static, Type } from "@fastify/type-provider-typebox";
import { ROLES, type TokenRow } from "../../store/token-store.ts";
import type { Api, ApiParts } from "../api.ts";
import { hex, Time, timeText } from "../fields.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";

const TokenId = hex(8, "The token's id: 16 hexadecimal digits");
const TokenParams = Type.Object({ id: TokenId });
const Name = Type.String({ minLength: 1, maxLength: 100, description: "Whose it is, or what it is for" });
const RoleName = Type.Enum([...ROLES], { description: "What it may do: see docs/api.md" });

const TokenBody = Type.Object(
  {
    role: RoleName,
    name: Type.Optional(Name),
    expiresAt: Type.Optional(
      Type.String({ format: "date-time", description: "When it stops working; never without this" }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ role: "operator", name: "Home care", expiresAt: "2027-12-31T23:00:00Z" }],
  },
);

export const TokenView = Type.Object(
  {
    id: TokenId,
    role: RoleName,
    name: Type.Optional(Name),
    createdAt: Time,
    expiresAt: Type.Optional(Time),
    revokedAt: Type.Optional(Time),
    lastUsedOn: Type.Optional(Type.String({ format: "date", description: "The last day of its use, UTC" })),
    token: Type.Optional(
      Type.String({ description: "The bearer token itself: in the answer that made it, and never again" }),
    ),
  },
  {
    $id: "Token",
    description: "A bearer token of this API",
    examples: [{ id: "5b1f3c0d9e8a7b6c", role: "operator", name: "Home care", createdAt: "2027-01-07T12:00:00.000Z" }],
  },
);

export type TokenJson = Static<typeof TokenView>;

export function addTokenRoutes(api: Api, { tokens }: ApiParts): void {
  api.post(
    "/tokens",
    {
      config: { shownOnce: ["token"], audited: ["role"] },
      schema: {
        operationId: "addToken",
        summary: "Make a bearer token for this API",
        description:
          "Only this answer shows it: the gateway keeps its hash. A repeated Idempotency-Key does not show it again.",
        tags: ["tokens"],
        body: TokenBody,
        response: {
          201: { description: "Made; `token` is shown this once", $ref: "Token#" },
          ...problemResponses(...BODY_PROBLEMS, "too-many-tokens", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      const { role, name, expiresAt } = request.body;
      const { token, text } = await tokens.add({
        role,
        ...(name !== undefined && { name }),
        ...(expiresAt !== undefined && { expiresAtMs: Date.parse(expiresAt) }),
      });
      return reply
        .code(201)
        .header("location", `/v1/tokens/${token.id}`)
        .send({ ...tokenView(token), token: text });
    },
  );

  api.get(
    "/tokens",
    {
      schema: {
        operationId: "listTokens",
        summary: "All tokens in order of id, revoked ones included",
        tags: ["tokens"],
        querystring: PageQuery,
        response: { 200: pageOf("Token"), ...problemResponses("field-invalid") },
      },
    },
    async (request) => {
      const { limit = LIMIT_DEFAULT } = request.query;
      const found = tokens.list(positionAfter("tokens", request.query, ""), limit + 1);
      const { items, ...next } = toPage("tokens", found, limit, ({ id }) => id);
      return { items: items.map(tokenView), ...next };
    },
  );

  api.get(
    "/tokens/:id",
    {
      schema: {
        operationId: "getToken",
        summary: "One token, without its secret",
        tags: ["tokens"],
        params: TokenParams,
        response: {
          200: { description: "The token", $ref: "Token#" },
          ...problemResponses("unknown-token", "field-invalid"),
        },
      },
    },
    async (request) => {
      const token = tokens.get(request.params.id);
      if (!token) throw new ProblemError("unknown-token");
      return tokenView(token);
    },
  );

  api.delete(
    "/tokens/:id",
    {
      schema: {
        operationId: "revokeToken",
        summary: "Revoke a token for good, at once",
        tags: ["tokens"],
        params: TokenParams,
        response: {
          204: Type.Null({ description: "Revoked, now or before" }),
          ...problemResponses("unknown-token", "last-admin", "field-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      if (!(await tokens.revoke(request.params.id))) throw new ProblemError("unknown-token");
      return reply.code(204).send(null);
    },
  );
}

function tokenView(token: TokenRow): TokenJson {
  const { id, role, name, createdAtMs, expiresAtMs, revokedAtMs, lastUsedDay } = token;
  return {
    id,
    role,
    ...(name !== undefined && { name }),
    createdAt: timeText(createdAtMs),
    ...(expiresAtMs !== undefined && { expiresAt: timeText(expiresAtMs) }),
    ...(revokedAtMs !== undefined && { revokedAt: timeText(revokedAtMs) }),
    ...(lastUsedDay !== undefined && { lastUsedOn: lastUsedDay }),
  };
}
