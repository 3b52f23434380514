import type { Authority } from "../issuer/authority.ts";
import { NO_OBSERVER } from "../metrics/observer.ts";
import { FleetStore } from "../store/fleet-store.ts";
import { GrantShelf } from "../store/grant-shelf.ts";
import { HeldRosterStore } from "../store/held-roster-store.ts";
import { RevocationStore } from "../store/revocation-store.ts";
import type { World } from "../world.ts";
import { DocumentTally } from "./document-tally.ts";
import { FleetDesk, type FleetDeskParts } from "./fleet-desk.ts";
import { RemoteTimeTokens } from "./remote-time-tokens.ts";
import { RevocationGuard } from "./revocation-guard.ts";
import { TrustedKeys } from "./trusted-keys.ts";

export type FleetWorld = Pick<FleetDeskParts, "locks" | "rosters" | "changed" | "notTaken">;

/** What takes the place of a gateway's own issuer. */
export interface Fleet {
  desk: FleetDesk;
  keys: TrustedKeys;
  timeTokens: RemoteTimeTokens;
}

export function composeFleet(
  {
    suite,
    clock,
    log,
    database,
    observer = NO_OBSERVER,
  }: Pick<World, "suite" | "clock" | "log" | "database" | "observer">,
  { revokeShareMaxPercent }: Extract<Authority, { kind: "remote" }>,
  parts: FleetWorld,
): Fleet {
  const store = new FleetStore(database);
  const keys = new TrustedKeys({ ...parts, suite, database, store });
  const timeTokens = new RemoteTimeTokens(clock);
  const desk = new FleetDesk({
    ...parts,
    suite,
    clock,
    database,
    store,
    keys,
    timeTokens,
    shelf: new GrantShelf(database),
    held: new HeldRosterStore(database),
    guard: new RevocationGuard({
      clock,
      database,
      revocations: new RevocationStore(database),
      shareMaxPercent: revokeShareMaxPercent,
    }),
    tally: new DocumentTally({ clock, log, judged: (result) => observer.documentJudged(result) }),
  });
  return { desk, keys, timeTokens };
}
