import { type Static, Type } from "@fastify/type-provider-typebox";
import { AUDIT_ENTRIES_MAX, type AuditRow } from "../../store/audit-store.ts";
import { ROLES } from "../../store/token-store.ts";
import type { Api, ApiParts } from "../api.ts";
import { hex, Time, timeText } from "../fields.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { problemResponses } from "../problem.ts";

export const AuditEntryView = Type.Object(
  {
    at: Time,
    tokenId: hex(8, "Who: the id of the token"),
    role: Type.Enum([...ROLES]),
    operation: Type.String({ description: "What was asked for: the operationId" }),
    object: Type.Record(Type.String(), Type.Unknown(), {
      description: "Ids in the address, words of the body that say what was done, and where it is from then on",
    }),
    status: Type.Integer({ description: "Of the answer" }),
    problem: Type.Optional(Type.String({ description: "The code of a refusal" })),
  },
  {
    $id: "AuditEntry",
    description: "A change that somebody asked for over this API, and what came of it",
    examples: [
      {
        at: "2027-01-07T12:00:00.000Z",
        tokenId: "5b1f3c0d9e8a7b6c",
        role: "operator",
        operation: "actOnLock",
        object: { action: "unlock", lockId: "0a1b2c3d4e5f6071" },
        status: 200,
      },
    ],
  },
);

export type AuditEntryJson = Static<typeof AuditEntryView>;

export function addAuditRoute(api: Api, { audit }: ApiParts): void {
  api.get(
    "/audit",
    {
      schema: {
        operationId: "listAudit",
        summary: "Who asked for which change, and what came of it; oldest first",
        description: `The newest ${AUDIT_ENTRIES_MAX} entries are kept. No names, no secrets, nothing about people.`,
        tags: ["tokens"],
        querystring: PageQuery,
        response: { 200: pageOf("AuditEntry"), ...problemResponses("field-invalid") },
      },
    },
    async (request) => {
      const { limit = LIMIT_DEFAULT } = request.query;
      const found = audit.after(Number(positionAfter("audit", request.query, "0")), limit + 1);
      const { items, ...next } = toPage("audit", found, limit, ({ entry }) => String(entry));
      return { items: items.map(view), ...next };
    },
  );
}

function view({ entry: _, atMs, ...row }: AuditRow): AuditEntryJson {
  return { at: timeText(atMs), ...row };
}
