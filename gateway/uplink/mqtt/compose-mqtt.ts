import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import type { Log } from "../../log.ts";
import type { MqttUplinkConfig } from "../../mqtt-uplink-config.ts";
import type { Database } from "../../store/database.ts";
import { EventStore } from "../../store/event-store.ts";
import { LockStore } from "../../store/lock-store.ts";
import { readTextFile } from "../read-text-file.ts";
import { discoveryConfig, discoveryTopic } from "./home-assistant.ts";
import { LastAccess } from "./last-access.ts";
import { lockState } from "./lock-state.ts";
import { MqttUplink } from "./mqtt-uplink.ts";
import { Topics } from "./topics.ts";

export interface MqttWorld {
  clock: Clock;
  random: Random;
  log: Log;
  database: Database;
  /** Names this gateway in topics, and to the broker. */
  gatewayId: string;
  version: string;
}

/** The uplink as the configuration has it, telling the broker of the locks in the database. Throws UplinkError for unreadable files. */
export function composeMqtt(config: MqttUplinkConfig, world: MqttWorld): MqttUplink {
  const { gatewayId, version, database } = world;
  const { commands, discoveryPrefix: prefix } = config;
  const locks = new LockStore(database);
  const lastAccess = new LastAccess(new EventStore(database));
  const topics = new Topics(config.site, gatewayId);
  const discovery = prefix === undefined ? undefined : { prefix, topics, commands, version };
  const retained = () =>
    new Map(
      locks.list().flatMap((lock): [string, string][] => {
        const state = lockState(gatewayId, lock, lastAccess.of(lock.lockId));
        const told: [string, string] = [topics.lockState(lock.lockId), JSON.stringify(state)];
        if (!discovery) return [told];
        // Home Assistant is to know the lock before it hears of its state.
        return [
          [discoveryTopic(discovery.prefix, lock.lockId), JSON.stringify(discoveryConfig(lock, discovery))],
          told,
        ];
      }),
    );
  return new MqttUplink({
    ...world,
    topics,
    access: accessOf(config, gatewayId),
    commands,
    isPaired: (lockId) => locks.get(lockId) !== undefined,
    retained,
    leftOver: (lockId) => [
      ...(prefix === undefined ? [] : [discoveryTopic(prefix, lockId)]),
      topics.report(lockId),
      topics.lockState(lockId),
    ],
  });
}

function accessOf(config: MqttUplinkConfig, gatewayId: string) {
  const { url, user, passwordFile, caFile, client, keepAliveSeconds } = config;
  return {
    url,
    clientId: `portvakt-${gatewayId}`,
    keepAliveSeconds,
    ...(user !== undefined && { user }),
    ...(passwordFile !== undefined && { password: readTextFile(passwordFile).trim() }),
    ...(caFile !== undefined && { ca: [readTextFile(caFile)] }),
    ...(client && { certificate: readTextFile(client.certificateFile), key: readTextFile(client.keyFile) }),
  };
}
