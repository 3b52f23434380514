import { isLoopback } from "../loopback.ts";
import type { TokenRow } from "../store/token-store.ts";
import type { Api } from "./api.ts";
import { whoMay } from "./permissions.ts";
import { ProblemError } from "./problem.ts";
import type { Tokens } from "./tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; null where anyone may and nobody has said. */
    token: TokenRow | null;
  }
}

export interface AccessOptions {
  tokens: Tokens;
  /** Whether programs on this machine may read /metrics without a token. */
  openMetricsHere: boolean;
}

/** Lets nobody through without a token whose role may use the route. A wrong token is refused everywhere. */
export function guard(api: Api, { tokens, openMetricsHere }: AccessOptions): void {
  api.decorateRequest("token", null);
  api.addHook("onRequest", async (request) => {
    if (request.is404) return;
    const { method, routeOptions, headers, ip } = request;
    const route = routeOptions.url ?? "";
    request.token = headers.authorization === undefined ? null : authenticate(tokens, headers.authorization);
    const allowed = whoMay(method, route);
    if (allowed === "anyone" || (openMetricsHere && route === "/metrics" && isHere(ip))) return;
    if (!request.token) throw new ProblemError("unauthorized");
    const { role } = request.token;
    if (!allowed?.includes(role)) throw new ProblemError("forbidden", `A token of the role ${role} may not do this.`);
  });
}

function authenticate(tokens: Tokens, header: string): TokenRow {
  const token = tokens.authenticate(/^Bearer +(\S+)$/i.exec(header)?.[1] ?? "");
  if (!token) throw new ProblemError("unauthorized", "The bearer token is wrong, expired or revoked.");
  return token;
}

/** An IPv4 address may come in the dress of IPv6. */
function isHere(ip: string): boolean {
  return isLoopback(ip.replace(/^::ffff:/, ""));
}
