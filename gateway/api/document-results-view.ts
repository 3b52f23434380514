import { type Static, Type } from "@fastify/type-provider-typebox";
import { DOCUMENT_CODES, type DocumentResult } from "../fleet/bundle.ts";
import { hex } from "./fields.ts";

export const DocumentResultsView = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        kind: Type.Enum(["roster", "grant", "time-token", "bundle"]),
        id: Type.String({
          description: "LOCKID:EPOCH, a grant's id, a lock's id or the issuer's; empty if unreadable",
        }),
        outcome: Type.Enum(["accepted", "duplicate", "held", "refused"]),
        code: Type.Optional(Type.Enum([...DOCUMENT_CODES], { description: "Why it was held or refused" })),
        sentence: Type.Optional(Type.String()),
        missing: Type.Optional(
          Type.Array(hex(8, "A grant's id"), { description: "Grants that it names and that are not here" }),
        ),
      }),
      { description: "In the order of the bundle: grants, rosters, time tokens" },
    ),
  },
  {
    $id: "DocumentResults",
    description: "What has become of each document",
    examples: [{ results: [{ kind: "roster", id: "0a1b2c3d4e5f6071:8", outcome: "accepted" }] }],
  },
);

export type DocumentResultsJson = Static<typeof DocumentResultsView>;
export type DocumentResultJson = DocumentResultsJson["results"][number];

export function documentResultView(result: DocumentResult): DocumentResultJson {
  const { missing, ...rest } = { missing: undefined, ...result };
  return { ...rest, ...(missing && { missing: [...missing] }) };
}
