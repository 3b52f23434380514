import type { FastifyRequest } from "fastify";
import type { Api, ApiParts } from "./api.ts";
import { ProblemError } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** It makes a change under a condition, and nobody else may at its address meanwhile. */
    isChanging: boolean;
  }
}

const TAG_BYTES = 12;

/**
 * ETag on every answer to GET under /v1, If-None-Match there, and If-Match on PUT and DELETE: the change is made if what GET
 * would answer at the same address still has that tag (RFC 9110 §13).
 */
export function tagAnswers(api: Api, { suite, tokens }: Pick<ApiParts, "suite" | "tokens">): void {
  /** Addresses whose change under a condition is under way: two of them must not both find it fulfilled. */
  const changing = new Set<string>();
  api.decorateRequest("isChanging", false);

  api.addHook("onSend", async (request, reply, payload) => {
    if (request.method !== "GET" || reply.statusCode !== 200 || typeof payload !== "string") return payload;
    const hash = suite.sha256(Buffer.from(payload)).subarray(0, TAG_BYTES);
    const tag = `"${Buffer.from(hash).toString("base64url")}"`;
    reply.header("etag", tag);
    if (!matches(request.headers["if-none-match"], tag)) return payload;
    reply.code(304);
    return null;
  });

  api.addHook("preHandler", async (request) => {
    const wanted = request.headers["if-match"];
    if (wanted === undefined || !isChange(request) || !request.token) return;
    if (changing.has(request.url)) throw new ProblemError("precondition-failed", "Somebody is just changing it.");
    changing.add(request.url);
    request.isChanging = true;
    const token = tokens.lend(request.token);
    const now = await api.inject({ method: "GET", url: request.url, headers: { authorization: `Bearer ${token}` } });
    tokens.takeBack(token);
    // What is not there is for the route to say.
    if (now.statusCode === 200 && !matches(wanted, String(now.headers.etag)))
      throw new ProblemError("precondition-failed");
  });

  api.addHook("onResponse", async ({ isChanging, url }) => {
    if (isChanging) changing.delete(url);
  });
}

function isChange({ method }: FastifyRequest): boolean {
  return method === "PUT" || method === "DELETE";
}

function matches(header: string | undefined, tag: string): boolean {
  return header !== undefined && (header.trim() === "*" || header.split(",").some((one) => strong(one) === tag));
}

/** Proxies that compress make tags weak; the content is the same. */
function strong(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
