import { type Static, Type } from "@fastify/type-provider-typebox";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { ROLES, type TokenRow } from "../../store/token-store.ts";
import type { Api, ApiParts } from "../api.ts";
import { hex, LockId, Time, timeText } from "../fields.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";

const SCOPE_LOCKS_MAX = 300;
const SCOPE_GROUPS_MAX = 100;

const TokenId = hex(8, "The token's id: 16 hexadecimal digits");
const TokenParams = Type.Object({ id: TokenId });
const Name = Type.String({ minLength: 1, maxLength: 100, description: "Whose it is, or what it is for" });
const RoleName = Type.Enum([...ROLES], { description: "What it may do: see docs/api.md" });

const Scope = Type.Object(
  {
    locks: Type.Optional(Type.Array(LockId, { maxItems: SCOPE_LOCKS_MAX, uniqueItems: true })),
    groups: Type.Optional(
      Type.Array(hex(8, "A group's id"), {
        maxItems: SCOPE_GROUPS_MAX,
        uniqueItems: true,
        description: "With the locks in them",
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "What it may see and touch; the whole gateway without it. A tenant administrator needs one",
  },
);
const PublicKey = hex(
  33,
  "Its requests are signed (RFC 9421) with this key, a compressed P-256 point, instead of showing a secret",
);

const TokenBody = Type.Object(
  {
    role: RoleName,
    name: Type.Optional(Name),
    scope: Type.Optional(Scope),
    publicKey: Type.Optional(PublicKey),
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
    scope: Type.Optional(Scope),
    publicKey: Type.Optional(PublicKey),
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
    description: "A token of this API",
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
        summary: "Make a token for this API",
        description:
          "Only this answer shows it: the gateway keeps its hash. A repeated Idempotency-Key does not show it again. " +
          "With `publicKey` there is nothing to show: requests are signed, and name the token's id as `keyid`.",
        tags: ["tokens"],
        body: TokenBody,
        response: {
          201: { description: "Made; `token` is shown this once", $ref: "Token#" },
          ...problemResponses(...BODY_PROBLEMS, "too-many-tokens", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      const { role, name, scope, publicKey, expiresAt } = request.body;
      const wish = {
        role,
        ...(name !== undefined && { name }),
        ...(scope && { scope: { locks: (scope.locks ?? []).toSorted(), groups: (scope.groups ?? []).toSorted() } }),
        ...(expiresAt !== undefined && { expiresAtMs: Date.parse(expiresAt) }),
      };
      const made =
        publicKey === undefined
          ? await tokens.add(wish)
          : { token: await tokens.addSigner(wish, fromHex(publicKey)), text: undefined };
      const { token, text } = made;
      return reply
        .code(201)
        .header("location", `/v1/tokens/${token.id}`)
        .send({ ...tokenView(token), ...(text !== undefined && { token: text }) });
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
  const { id, role, name, scope, publicKey, createdAtMs, expiresAtMs, revokedAtMs, lastUsedDay } = token;
  return {
    id,
    role,
    ...(name !== undefined && { name }),
    ...(scope && { scope }),
    ...(publicKey && { publicKey: toHex(publicKey) }),
    createdAt: timeText(createdAtMs),
    ...(expiresAtMs !== undefined && { expiresAt: timeText(expiresAtMs) }),
    ...(revokedAtMs !== undefined && { revokedAt: timeText(revokedAtMs) }),
    ...(lastUsedDay !== undefined && { lastUsedOn: lastUsedDay }),
  };
}
