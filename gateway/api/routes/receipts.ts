import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";
import { base64, fromBase64 } from "../base64-field.ts";
import { LockId } from "../fields.ts";
import { BODY_PROBLEMS, problemResponses } from "../problem.ts";

/** Of one request; with the longest ones it stays below what a body may have. */
const RECEIPTS_MAX = 10;

const ReceiptsBody = Type.Object(
  { receipts: Type.Array(base64("Signed by the issuer (protocol.md §7)"), { minItems: 1, maxItems: RECEIPTS_MAX }) },
  { additionalProperties: false, examples: [{ receipts: ["0oRDoQEmoQRI…"] }] },
);

export const ReceiptResultsView = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        outcome: Type.Enum(["accepted", "refused"]),
        lockId: Type.Optional(LockId),
        sentence: Type.Optional(Type.String({ description: "What is wrong with it" })),
      }),
      { description: "In their order" },
    ),
  },
  {
    $id: "ReceiptResults",
    description: "What has become of each receipt",
    examples: [{ results: [{ outcome: "accepted", lockId: "0a1b2c3d4e5f6071" }] }],
  },
);

/** Receipts on their way to locks, for backends that take events over the API. */
export function addReceiptRoutes(api: Api, { takeReceipt }: ApiParts): void {
  api.post(
    "/lock-receipts",
    {
      schema: {
        operationId: "takeReceipts",
        summary: "Bring receipts of the issuer, after which locks may forget records",
        tags: ["fleet"],
        body: ReceiptsBody,
        response: {
          200: { description: "What has become of each", $ref: "ReceiptResults#" },
          ...problemResponses(...BODY_PROBLEMS),
        },
      },
    },
    async ({ body }): Promise<Static<typeof ReceiptResultsView>> => {
      const documents = body.receipts.map((text, index) => fromBase64(text, `receipts[${index}]`));
      const results = [];
      for (const document of documents) {
        const kept = await takeReceipt(document);
        results.push(
          "lockId" in kept
            ? { outcome: "accepted" as const, lockId: kept.lockId }
            : { outcome: "refused" as const, sentence: `It is ${kept.lie}.` },
        );
      }
      return { results };
    },
  );
}
