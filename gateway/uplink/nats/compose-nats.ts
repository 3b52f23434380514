import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Log } from "../../log.ts";
import type { NatsUplinkConfig } from "../../nats-uplink-config.ts";
import type { Database } from "../../store/database.ts";
import { LockStore } from "../../store/lock-store.ts";
import { accessOf } from "./nats-access.ts";
import { NatsUplink } from "./nats-uplink.ts";
import { Subjects } from "./subjects.ts";

export interface NatsWorld {
  clock: Clock;
  random: Random;
  log: Log;
  database: Database;
  /** Names this gateway in subjects. */
  gatewayId: string;
}

/** The uplink as the configuration has it. Throws UplinkError for unreadable files. */
export function composeNats(
  config: NatsUplinkConfig,
  { clock, random, log, database, gatewayId }: NatsWorld,
): NatsUplink {
  const locks = new LockStore(database);
  return new NatsUplink({
    clock,
    random,
    log,
    subjects: new Subjects(config.site, gatewayId),
    access: accessOf(config),
    commands: config.commands,
    isPaired: (lockId) => locks.get(lockId) !== undefined,
  });
}
