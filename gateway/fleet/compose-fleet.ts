import type { Authority } from "../issuer/authority.ts";
import { NO_OBSERVER } from "../metrics/observer.ts";
import { FleetStore } from "../store/fleet-store.ts";
import { GrantShelf } from "../store/grant-shelf.ts";
import { HeldRosterStore } from "../store/held-roster-store.ts";
import { RevocationStore } from "../store/revocation-store.ts";
import type { World } from "../world.ts";
import { DocumentTally } from "./document-tally.ts";
import { FleetDesk } from "./fleet-desk.ts";
import { RemoteTimeTokens } from "./remote-time-tokens.ts";
import { RevocationGuard } from "./revocation-guard.ts";
import { RosterDesk, type RosterDeskParts } from "./roster-desk.ts";
import { TrustedKeys } from "./trusted-keys.ts";

export type FleetParts = Pick<RosterDeskParts, "locks" | "rosters" | "changed" | "notTaken">;

/** What takes the place of a gateway's own issuer. */
export interface Fleet {
  desk: FleetDesk;
  keys: TrustedKeys;
  timeTokens: RemoteTimeTokens;
}

export function composeFleet(
  world: Pick<World, "suite" | "clock" | "log" | "database" | "observer">,
  { revokeShareMaxPercent }: Extract<Authority, { kind: "remote" }>,
  parts: FleetParts,
): Fleet {
  const { suite, clock, log, database, observer = NO_OBSERVER } = world;
  const store = new FleetStore(database);
  const shelf = new GrantShelf(database);
  const keys = new TrustedKeys({ ...parts, suite, database, store });
  const timeTokens = new RemoteTimeTokens(clock);
  const revocations = new RevocationStore(database);
  const shared = { ...parts, suite, clock, database, shelf, keys };
  const rosterDesk = new RosterDesk({
    ...shared,
    held: new HeldRosterStore(database),
    guard: new RevocationGuard({ clock, database, revocations, shareMaxPercent: revokeShareMaxPercent }),
  });
  const tally = new DocumentTally({ clock, log, judged: (result) => observer.documentJudged(result) });
  return { desk: new FleetDesk({ ...shared, store, rosterDesk, timeTokens, tally }), keys, timeTokens };
}
