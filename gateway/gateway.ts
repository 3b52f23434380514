import type { Reporter } from "./fleet/reporter.ts";
import type { LockLinks } from "./link/lock-links.ts";
import type { Pairings } from "./pairing.ts";
import type { RosterKeeper } from "./rights/roster-keeper.ts";
import type { Database } from "./store/database.ts";
import type { Room } from "./store/room.ts";
import type { Reconciler } from "./sync/reconciler.ts";
import type { SiteTime } from "./sync/site-time.ts";
import type { Transport } from "./transport/channel.ts";
import type { Deliverer } from "./uplink/deliverer.ts";

export interface GatewayParts {
  database: Database;
  transport: Transport;
  links: LockLinks;
  reconciler: Reconciler;
  /** Undefined where rosters are made elsewhere. */
  keeper: RosterKeeper | undefined;
  pairings: Pairings;
  /** Undefined without an uplink. */
  deliverer: Deliverer | undefined;
  /** Undefined where the backend is told nothing but events. */
  reporter: Reporter | undefined;
  siteTime: SiteTime;
  room: Room;
}

/** The order in which the daemon's parts start and stop. */
export class Gateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  start(): void {
    const { room, reconciler, keeper, pairings, deliverer, reporter } = this.#parts;
    room.start();
    reconciler.start();
    keeper?.start();
    pairings.resumeAll();
    deliverer?.start();
    reporter?.start();
  }

  /** Settles when nothing is under way and everything known is on the disk. */
  async close(): Promise<void> {
    const { database, transport, links, reconciler, keeper, pairings, siteTime, room } = this.#parts;
    const { deliverer, reporter } = this.#parts;
    // All that waits for a lock or a backend ends together: they wait for each other.
    await Promise.all([
      pairings.close(),
      keeper?.close(),
      reconciler.close(),
      links.close(),
      deliverer?.close(),
      reporter?.close(),
    ]);
    await transport.close();
    await siteTime.close();
    await room.close();
    database.close();
  }
}
