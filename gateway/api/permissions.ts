import type { Role } from "../store/token-store.ts";

const EVERYBODY: readonly Role[] = ["viewer", "installer", "operator", "tenant-administrator", "admin"];
/** Who may see what is about the whole gateway. */
const WHOLE_SITE: readonly Role[] = ["viewer", "installer", "operator", "admin"];
/** Who may see which people have rights, and by what. */
const TRUSTED: readonly Role[] = ["viewer", "operator", "tenant-administrator", "admin"];
const INSTALLERS: readonly Role[] = ["installer", "admin"];
const OPERATORS: readonly Role[] = ["operator", "admin"];
/** Who opens doors and gives rights: each within its scope, which a tenant administrator always has. */
const GIVERS: readonly Role[] = ["operator", "tenant-administrator", "admin"];
const ADMINS: readonly Role[] = ["admin"];

/**
 * What each role may do, route by route. Viewers look, installers put locks in place, operators open doors and give rights,
 * tenant administrators do so for their own locks and people, admins do all that and say who else may. `anyone` needs no token. What is not listed, nobody may.
 */
export const PERMISSIONS: Readonly<Record<string, readonly Role[] | "anyone">> = {
  "GET /openapi.json": "anyone",
  "GET /metrics": WHOLE_SITE,
  "GET /v1/health": "anyone",

  "GET /v1/locks": EVERYBODY,
  "GET /v1/locks/:lockId": EVERYBODY,
  "GET /v1/locks/:lockId/sync": EVERYBODY,
  "POST /v1/locks/:lockId/sync/approval": OPERATORS,
  "GET /v1/locks/:lockId/decision": TRUSTED,
  "POST /v1/locks/:lockId/actions": GIVERS,
  "POST /v1/locks/:lockId/orders": GIVERS,
  "GET /v1/locks/:lockId/challenge": GIVERS,

  "POST /v1/documents": OPERATORS,
  "POST /v1/lock-receipts": OPERATORS,
  "GET /v1/fleet": WHOLE_SITE,
  "GET /v1/fleet/reports": OPERATORS,
  "DELETE /v1/fleet/issuer": ADMINS,
  "GET /v1/locks/:lockId/held-roster": EVERYBODY,
  "POST /v1/locks/:lockId/held-roster/approval": ADMINS,
  "DELETE /v1/locks/:lockId/held-roster": ADMINS,

  "POST /v1/pairings": INSTALLERS,
  "GET /v1/pairings/:id": EVERYBODY,

  "GET /v1/grants": TRUSTED,
  "GET /v1/grants/:id": TRUSTED,
  "POST /v1/grants": GIVERS,
  "PUT /v1/grants/:id": GIVERS,
  "POST /v1/grants/:id/handed-out": GIVERS,
  "DELETE /v1/grants/:id": GIVERS,

  "GET /v1/subjects/:subject": GIVERS,
  "DELETE /v1/subjects/:subject": ADMINS,

  "GET /v1/groups": EVERYBODY,
  "GET /v1/groups/:groupId": EVERYBODY,
  "POST /v1/groups": OPERATORS,
  "PUT /v1/groups/:groupId": OPERATORS,
  "DELETE /v1/groups/:groupId": OPERATORS,

  "GET /v1/locks/:lockId/settings": EVERYBODY,
  "PUT /v1/locks/:lockId/settings": INSTALLERS,
  "GET /v1/holidays": EVERYBODY,
  "PUT /v1/holidays": OPERATORS,

  "GET /v1/events": TRUSTED,
  "GET /v1/events/export": TRUSTED,

  "GET /v1/outbox": EVERYBODY,
  "GET /v1/outbox/set-aside": EVERYBODY,
  "POST /v1/outbox/set-aside/:cursor/retries": OPERATORS,
  "DELETE /v1/outbox/set-aside/:cursor": ADMINS,

  "GET /v1/tokens": ADMINS,
  "GET /v1/tokens/:id": ADMINS,
  "POST /v1/tokens": ADMINS,
  "DELETE /v1/tokens/:id": ADMINS,

  "GET /v1/audit": ADMINS,
};

/** Who may use the route; undefined if nobody. What may be got may be asked for with HEAD. */
export function whoMay(method: string, route: string): readonly Role[] | "anyone" | undefined {
  return PERMISSIONS[`${method === "HEAD" ? "GET" : method} ${route}`];
}
