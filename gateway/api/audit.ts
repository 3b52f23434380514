import type { Log } from "../log.ts";
import type { Api } from "./api.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Members of the body that say what was done and hold no secret. */
    audited?: readonly string[];
  }
}

const READS = ["GET", "HEAD", "OPTIONS"];

/** One line in the log for each change made over the API: who, what and where. Never why it failed, nor what it says of people. */
export function auditChanges(api: Api, log: Log): void {
  api.addHook("onResponse", async (request, reply) => {
    const { method, token, routeOptions } = request;
    if (READS.includes(method) || !token || reply.statusCode >= 400) return;
    const { audited = [] } = routeOptions.config;
    const body = (request.body ?? {}) as Record<string, unknown>;
    const what = routeOptions.schema?.operationId ?? "";
    log.info(
      {
        tokenId: token.id,
        tokenRole: token.role,
        what,
        ...Object.fromEntries(audited.filter((name) => name in body).map((name) => [name, body[name]])),
        ...(request.params as object),
        ...locationOf(reply.getHeader("location")),
        ...(reply.hasHeader("idempotent-replayed") && { replayed: true }),
      },
      `Changed over the API: ${what}.`,
    );
  });
}

function locationOf(header: unknown): { location?: string } {
  return typeof header === "string" ? { location: header } : {};
}
