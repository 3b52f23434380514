import type { Api, ApiParts } from "./api.ts";
import { ProblemError } from "./problem.ts";
import type { FleetService } from "./services.ts";

/** What people decide here only where the gateway is its own issuer. */
const DECIDED_BY_ISSUER = [
  "/v1/locks/:lockId/actions",
  "/v1/locks/:lockId/settings",
  "/v1/grants",
  "/v1/subjects",
  "/v1/groups",
  "/v1/holidays",
];

/** Where the issuer is elsewhere, rights are looked at and changed there. */
export function leaveToIssuer(api: Api, { fleet }: Pick<ApiParts, "fleet">): void {
  if (!fleet) return;
  api.addHook("onRequest", async ({ routeOptions: { url = "" } }) => {
    if (!DECIDED_BY_ISSUER.some((route) => url === route || url.startsWith(`${route}/`))) return;
    throw new ProblemError(
      "fleet-mode",
      url.endsWith("/actions")
        ? "The gateway has no key that opens: have the order signed, and send it to …/orders."
        : "Rights and settings are decided where the issuer is, and come here signed.",
    );
  });
}

/** Throws ProblemError("stands-alone") where the gateway is its own issuer. */
export function fleetOf({ fleet }: Pick<ApiParts, "fleet">): FleetService {
  if (fleet) return fleet;
  throw new ProblemError("stands-alone");
}
