import { Readable } from "node:stream";
import { Type } from "@fastify/type-provider-typebox";
import { exportText } from "../../verify/export-lines.ts";
import type { Api, ApiParts } from "../api.ts";
import { LockId } from "../fields.ts";
import { problemResponses } from "../problem.ts";
import { scopeOf } from "../scope.ts";

/** One JSON text a line (github.com/ndjson/ndjson-spec). */
export const EXPORT_CONTENT_TYPE = "application/x-ndjson";

export function addEventExportRoute(api: Api, parts: ApiParts): void {
  api.get(
    "/events/export",
    {
      // It would have to read everything to say nothing.
      exposeHeadRoute: false,
      schema: {
        operationId: "exportEvents",
        summary: "All that is kept of all locks, or of one, in a form that anyone can check",
        description:
          "A line for each lock with the key that it signs with, then a line for each event: the CloudEvent that a backend gets. " +
          "`portvakt verify` checks it offline.",
        tags: ["events"],
        querystring: Type.Object({ lockId: Type.Optional(LockId) }, { additionalProperties: false }),
        response: {
          200: {
            description: "Lines of JSON",
            content: { [EXPORT_CONTENT_TYPE]: { schema: Type.Unknown() } },
          },
          ...problemResponses("field-invalid"),
        },
      },
    },
    (request, reply) => {
      const scope = scopeOf(request);
      const text = exportText(parts, request.query.lockId, (lockId) => scope.hasLock(lockId));
      return reply.type(EXPORT_CONTENT_TYPE).send(Readable.from(text));
    },
  );
}
