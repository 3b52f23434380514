import type { FastifyRequest } from "fastify";
import type { Api, ApiParts } from "./api.ts";
import { ProblemError } from "./problem.ts";
import { PartialScope, type Scope, WHOLE } from "./scope.ts";
import { scopeRule } from "./scope-rules.ts";

type Parts = Pick<ApiParts, "groups" | "grants" | "pairingRows" | "setAside">;

/** Keeps a token with a scope to what is within; what is outside is not there, as far as it can see. After `guard`. */
export function holdScope(api: Api, parts: Parts): void {
  api.decorateRequest("scope", undefined);
  api.addHook("onRequest", async (request) => {
    const { token, method, routeOptions } = request;
    if (!token) return;
    const scope = token.scope ? new PartialScope(token.scope, parts.groups) : WHOLE;
    request.scope = scope;
    if (!scope.isWhole) assertWithinRule(parts, scope, request, scopeRule(method, routeOptions.url ?? ""));
  });
}

function assertWithinRule(
  parts: Parts,
  scope: Scope,
  { params }: FastifyRequest,
  rule: ReturnType<typeof scopeRule>,
): void {
  const { lockId = "", groupId = "", id = "", cursor = "" } = params as Record<string, string>;
  switch (rule) {
    case "open":
    case "cut":
      return;
    case "whole":
      throw new ProblemError("forbidden", "A token with a scope may not do this: it is about the whole gateway.");
    case "lock":
      if (!scope.hasLock(lockId)) throw new ProblemError("unknown-lock", `No lock ${lockId} is paired here.`);
      return;
    case "group":
      if (!scope.hasGroup(groupId)) throw new ProblemError("unknown-group");
      return;
    case "grant": {
      const grant = parts.grants.get(id);
      if (grant && !scope.hasPlaces(grant.row)) throw new ProblemError("unknown-grant");
      return;
    }
    case "pairing": {
      const pairing = parts.pairingRows.get(id);
      if (pairing && !scope.hasLock(pairing.lockId)) throw new ProblemError("unknown-pairing");
      return;
    }
    case "set-aside": {
      const event = parts.setAside.get(Number(cursor));
      if (event && !scope.hasLock(event.lockId)) {
        throw new ProblemError("unknown-event", `No event ${Number(cursor)} is set aside.`);
      }
      return;
    }
  }
}
