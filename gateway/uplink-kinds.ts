import type { Table } from "./config-table.ts";
import { MQTT_UPLINK_KEYS, type MqttUplinkConfig, mqttUplinkConfig } from "./mqtt-uplink-config.ts";
import { NATS_UPLINK_KEYS, type NatsUplinkConfig, natsUplinkConfig } from "./nats-uplink-config.ts";
import { HTTP_UPLINK_KEYS, type HttpUplinkConfig, httpUplinkConfig } from "./uplink-config.ts";

export type UplinkConfig = HttpUplinkConfig | MqttUplinkConfig | NatsUplinkConfig;

const KINDS = ["http", "mqtt", "nats"] as const;

/** Reads `[uplink]`, whose keys depend on its kind; undefined if there is none. Throws ConfigError. */
export function uplinkConfig(root: Table, path: (value: string) => string): UplinkConfig | undefined {
  if (!root.has("uplink")) return undefined;
  const keys = [...HTTP_UPLINK_KEYS, ...MQTT_UPLINK_KEYS, ...NATS_UPLINK_KEYS];
  const kind = root.table("uplink", keys).oneOf("kind", KINDS, "http");
  switch (kind) {
    case "http":
      return httpUplinkConfig(root.table("uplink", HTTP_UPLINK_KEYS), path);
    case "mqtt":
      return mqttUplinkConfig(root.table("uplink", MQTT_UPLINK_KEYS), path);
    case "nats":
      return natsUplinkConfig(root.table("uplink", NATS_UPLINK_KEYS), path);
  }
}
