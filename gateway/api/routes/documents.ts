import { Type } from "@fastify/type-provider-typebox";
import { BUNDLE_BYTES_MAX, BUNDLE_ITEMS_MAX } from "../../fleet/bundle.ts";
import { readBundle } from "../../fleet/read-bundle.ts";
import type { Api, ApiParts } from "../api.ts";
import { type DocumentResultsJson, documentResultView } from "../document-results-view.ts";
import { hex } from "../fields.ts";
import { fleetOf } from "../fleet-mode.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";

const GrantId = hex(8, "A grant's id");
const Document = Type.String({ description: "Base64 of a signed document (protocol.md §7)" });
const items = <T extends Parameters<typeof Type.Array>[0]>(of: T) =>
  Type.Optional(Type.Array(of, { maxItems: BUNDLE_ITEMS_MAX }));

const BundleBody = Type.Object(
  {
    issuerId: hex(8, "Which issuer this is from"),
    grants: items(Document),
    rosters: items(
      Type.Object(
        {
          document: Document,
          grants: Type.Object(
            {
              all: items(GrantId),
              since: Type.Optional(
                Type.Integer({ minimum: 0, description: "The epoch that the difference is against" }),
              ),
              put: items(GrantId),
              drop: items(GrantId),
            },
            { additionalProperties: false, description: "`all`, or `since`, `put` and `drop`" },
          ),
          mayRevoke: Type.Optional(
            Type.Integer({ minimum: 0, description: "How many grants it may take away without a person being asked" }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    timeTokens: items(Document),
  },
  {
    additionalProperties: false,
    description: "docs/fleet.md",
    examples: [
      {
        issuerId: "5b1f3c0d9e8a7b6c",
        grants: ["0oRDoQEmoQRI…"],
        rosters: [{ document: "0oRDoQEmoQRI…", grants: { since: 7, put: ["77c9b9a5d1e80f24"], drop: [] } }],
      },
    ],
  },
);

/** What comes signed from an issuer elsewhere. */
export function addDocumentRoutes(api: Api, parts: ApiParts): void {
  api.post(
    "/documents",
    {
      bodyLimit: BUNDLE_BYTES_MAX,
      schema: {
        operationId: "takeDocuments",
        summary: "Bring grants, rosters and time tokens that the issuer has signed",
        description:
          "Each document is judged by itself, and nothing of a refused one is kept. What is accepted is on the disk when this answers; the locks get it as soon as they can be reached.",
        tags: ["fleet"],
        body: BundleBody,
        response: {
          200: { description: "What has become of each", $ref: "DocumentResults#" },
          ...problemResponses(...BODY_PROBLEMS, "stands-alone"),
        },
      },
    },
    async ({ body }): Promise<DocumentResultsJson> => {
      const reading = readBundle(body);
      if (reading.ok) return { results: (await fleetOf(parts).take(reading.bundle)).map(documentResultView) };
      fleetOf(parts).unreadable(reading.trouble);
      throw new ProblemError("field-invalid", `${reading.trouble}.`);
    },
  );
}
