import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Log } from "../../log.ts";
import type { NatsUplinkConfig } from "../../nats-uplink-config.ts";
import type { Database } from "../../store/database.ts";
import { LockStore } from "../../store/lock-store.ts";
import { readTextFile } from "../read-text-file.ts";
import type { NatsAccess, NatsIdentity } from "./nats-connection.ts";
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

function accessOf(config: NatsUplinkConfig): NatsAccess {
  const { urls, caFile, client, keepAliveSeconds } = config;
  return {
    urls,
    name: new URL(urls[0] as string).host,
    identity: identityOf(config),
    keepAliveSeconds,
    ...(caFile !== undefined && { ca: readTextFile(caFile) }),
    ...(client && { certificate: readTextFile(client.certificateFile), key: readTextFile(client.keyFile) }),
  };
}

function identityOf({ credsFile, nkeySeedFile, tokenFile, user }: NatsUplinkConfig): NatsIdentity {
  if (credsFile !== undefined) return { kind: "creds", creds: readTextFile(credsFile) };
  if (nkeySeedFile !== undefined) return { kind: "nkey", seed: readTextFile(nkeySeedFile).trim() };
  if (tokenFile !== undefined) return { kind: "token", token: readTextFile(tokenFile).trim() };
  if (user) return { kind: "user", user: user.name, password: readTextFile(user.passwordFile).trim() };
  return { kind: "none" };
}
