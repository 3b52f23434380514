import { Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";

/** Beside /v1, where Prometheus looks for it. */
export function addMetricsRoute(api: Api, { metrics }: ApiParts): void {
  api.get(
    "/metrics",
    {
      schema: {
        operationId: "getMetrics",
        summary: "Counters and gauges in the text format of Prometheus",
        tags: ["health"],
        response: {
          200: {
            description: "Version 0.0.4 of the text format",
            content: { "text/plain": { schema: Type.String() } },
          },
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
