import type { Suite } from "../crypto/suite.ts";
import type { Clock } from "../protocol/clock.ts";
import type { Random } from "../protocol/random.ts";
import type { SiteConfig, StoreConfig } from "./config.ts";
import type { Authority } from "./issuer/authority.ts";
import type { Log } from "./log.ts";
import type { Observer } from "./metrics/observer.ts";
import type { Ballast } from "./store/ballast.ts";
import type { Database } from "./store/database.ts";
import type { Radio, Transport } from "./transport/channel.ts";
import type { Uplink } from "./uplink/uplink.ts";

/** What differs between a daemon and a test: everything that touches the machine or the world. */
export interface World {
  suite: Suite;
  clock: Clock;
  random: Random;
  log: Log;
  database: Database;
  transport: Transport;
  /** What is heard of locks between connections, where there is a radio. */
  radio?: Radio;
  authority: Authority;
  site: SiteConfig;
  /** Counts what happens on the links. */
  observer?: Observer;
  /** `hasReports`: the backend shall hear how it stands with the locks, as far as the uplink can tell it. */
  uplink?: { to: Uplink; batchMax: number; hasReports?: boolean };
  /** How long a lock that is in step is left alone. */
  pollMs: number;
  store?: { limits: StoreConfig; ballast?: Ballast };
}
