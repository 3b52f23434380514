/** How a route is held within the scope of a token that has one. */
export type ScopeRule =
  /** It tells of nothing that is anybody's. */
  | "open"
  /** It goes by the id in its address: what is outside is not there. */
  | "lock"
  | "grant"
  | "group"
  | "pairing"
  | "set-aside"
  /** What it answers or takes is cut down to what is within. */
  | "cut"
  /** It is about the whole gateway: nobody with a scope may. */
  | "whole";

/** Route by route, as PERMISSIONS has them. What is not listed is about the whole gateway. */
export const SCOPE_RULES: Readonly<Record<string, ScopeRule>> = {
  "GET /openapi.json": "open",
  "GET /metrics": "whole",
  "GET /v1/health": "cut",

  "GET /v1/locks": "cut",
  "GET /v1/locks/:lockId": "lock",
  "GET /v1/locks/:lockId/sync": "lock",
  "POST /v1/locks/:lockId/sync/approval": "lock",
  "GET /v1/locks/:lockId/decision": "lock",
  "POST /v1/locks/:lockId/actions": "lock",
  "POST /v1/locks/:lockId/orders": "lock",
  "GET /v1/locks/:lockId/challenge": "lock",

  "POST /v1/documents": "whole",
  "POST /v1/lock-receipts": "whole",
  "GET /v1/fleet": "whole",
  "GET /v1/fleet/reports": "whole",
  "DELETE /v1/fleet/issuer": "whole",
  "GET /v1/locks/:lockId/held-roster": "lock",
  "POST /v1/locks/:lockId/held-roster/approval": "lock",
  "DELETE /v1/locks/:lockId/held-roster": "lock",

  "POST /v1/pairings": "cut",
  "GET /v1/pairings/:id": "pairing",

  "GET /v1/grants": "cut",
  "GET /v1/grants/:id": "grant",
  "POST /v1/grants": "cut",
  "PUT /v1/grants/:id": "grant",
  "POST /v1/grants/:id/handed-out": "grant",
  "DELETE /v1/grants/:id": "grant",

  "GET /v1/subjects/:subject": "cut",
  "DELETE /v1/subjects/:subject": "whole",

  "GET /v1/groups": "cut",
  "GET /v1/groups/:groupId": "group",
  "POST /v1/groups": "whole",
  "PUT /v1/groups/:groupId": "whole",
  "DELETE /v1/groups/:groupId": "whole",

  "GET /v1/locks/:lockId/settings": "lock",
  "PUT /v1/locks/:lockId/settings": "lock",
  "GET /v1/holidays": "open",
  "PUT /v1/holidays": "whole",

  "GET /v1/events": "cut",
  "GET /v1/events/export": "cut",

  "GET /v1/outbox": "cut",
  "GET /v1/outbox/set-aside": "cut",
  "POST /v1/outbox/set-aside/:cursor/retries": "set-aside",
  "DELETE /v1/outbox/set-aside/:cursor": "set-aside",

  "GET /v1/tokens": "whole",
  "GET /v1/tokens/:id": "whole",
  "POST /v1/tokens": "whole",
  "DELETE /v1/tokens/:id": "whole",

  "GET /v1/audit": "whole",
};

/** What may be got may be asked for with HEAD. */
export function scopeRule(method: string, route: string): ScopeRule {
  return SCOPE_RULES[`${method === "HEAD" ? "GET" : method} ${route}`] ?? "whole";
}
