import type { FastifyRequest } from "fastify";
import { isLoopback } from "../loopback.ts";
import type { TokenRow } from "../store/token-store.ts";
import type { Api } from "./api.ts";
import { whoMay } from "./permissions.ts";
import { ProblemError } from "./problem.ts";
import type { RateLimiter } from "./rate-limits.ts";
import type { SignedRequests } from "./signed-requests.ts";
import type { Tokens } from "./tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; null where anyone may and nobody has said. */
    token: TokenRow | null;
  }
}

export interface AccessOptions {
  tokens: Tokens;
  signed: SignedRequests;
  limiter: RateLimiter;
  /** Whether programs on this machine may read /metrics without a token. */
  openMetricsHere: boolean;
}

/** Lets nobody through without a token whose role may use the route. A wrong token or signature is refused everywhere. */
export function guard(api: Api, options: AccessOptions): void {
  const { limiter, openMetricsHere } = options;
  api.decorateRequest("token", null);
  api.addHook("onRequest", async (request) => {
    if (request.is404) return;
    const { method, routeOptions, ip } = request;
    const route = routeOptions.url ?? "";
    request.token = authenticate(options, request);
    if (request.token) limiter.assertTurn(request.token.id, request);
    const allowed = whoMay(method, route);
    if (allowed === "anyone" || (openMetricsHere && route === "/metrics" && isHere(ip))) return;
    if (!request.token) throw limiter.refusalOf(ip);
    const { role } = request.token;
    if (!allowed?.includes(role)) throw new ProblemError("forbidden", `A token of the role ${role} may not do this.`);
  });
  api.addHook("onResponse", async ({ token }, { statusCode }) => {
    if (token) limiter.answered(token.id, statusCode);
  });
}

/** Null if nothing was shown. Throws ProblemError for what is wrong, or shown both ways. */
function authenticate({ tokens, signed, limiter }: AccessOptions, request: FastifyRequest): TokenRow | null {
  const { headers, ip, method, url, protocol: scheme, host: authority } = request;
  const isSigned = headers["signature-input"] !== undefined || headers.signature !== undefined;
  if (headers.authorization === undefined && !isSigned) return null;
  if (headers.authorization !== undefined && isSigned) {
    throw limiter.refusalOf(ip, "Show a bearer token or a signature, not both.");
  }
  if (isSigned) {
    const token = signed.authenticate({ method, url, scheme, authority, headers });
    if (typeof token === "string") throw limiter.refusalOf(ip, token);
    return token;
  }
  const token = tokens.authenticate(/^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "");
  if (!token) throw limiter.refusalOf(ip, "The bearer token is wrong, expired or revoked.");
  return token;
}

/** An IPv4 address may come in the dress of IPv6. */
function isHere(ip: string): boolean {
  return isLoopback(ip.replace(/^::ffff:/, ""));
}
