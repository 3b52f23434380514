import { composeFleet, type FleetParts } from "./fleet/compose-fleet.ts";
import type { FleetDesk } from "./fleet/fleet-desk.ts";
import type { Issuer, Operator } from "./issuer/issuer.ts";
import type { SiteTime } from "./sync/site-time.ts";
import { localTimeTokens, type TimeTokens } from "./sync/time-tokens.ts";
import type { World } from "./world.ts";

/** Who signs what, for the other parts of the daemon. */
export interface Signing {
  /** Undefined where the issuer is elsewhere. */
  issuer: Issuer | undefined;
  operator: Operator | undefined;
  /** The keys that locks go by, oldest first; the last is what a lock gets that is paired now. */
  issuerPks: () => readonly Uint8Array[];
  timeTokens: TimeTokens;
  /** Where the issuer is elsewhere: what comes from there. */
  fleet: FleetDesk | undefined;
}

export function composeSigning(world: Omit<World, "transport">, parts: FleetParts & { siteTime: SiteTime }): Signing {
  const { authority } = world;
  switch (authority.kind) {
    case "local": {
      const { issuer, operator, keys } = authority;
      return {
        issuer,
        operator,
        issuerPks: () => keys?.publicKeys ?? [issuer.publicKey],
        timeTokens: localTimeTokens(issuer, parts.siteTime),
        fleet: undefined,
      };
    }
    case "remote": {
      const { desk, keys, timeTokens } = composeFleet(world, authority, parts);
      return { issuer: undefined, operator: undefined, issuerPks: () => keys.all, timeTokens, fleet: desk };
    }
  }
}
