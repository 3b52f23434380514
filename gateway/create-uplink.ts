import type { Suite } from "../crypto/suite.ts";
import { HttpUplink } from "./uplink/http.ts";
import { composeMqtt, type MqttWorld } from "./uplink/mqtt/compose-mqtt.ts";
import { composeNats } from "./uplink/nats/compose-nats.ts";
import type { Uplink } from "./uplink/uplink.ts";
import type { UplinkConfig } from "./uplink-kinds.ts";

/** The way to the backend that the configuration names. Throws UplinkError if a file of it can not be read. */
export function createUplink(config: UplinkConfig, suite: Suite, world: MqttWorld): Uplink {
  switch (config.kind) {
    case "http":
      return new HttpUplink(suite, world.clock, config);
    case "mqtt":
      return composeMqtt(config, world);
    case "nats":
      return composeNats(config, world);
  }
}
