import type { LockRow } from "../../store/lock-store.ts";
import { COMMAND_LIVES_SECONDS_MAX } from "../broker/requests.ts";
import type { Topics } from "./topics.ts";

/** Shorter than the longest that is obeyed, by what two clocks may differ. */
const COMMAND_LIVES_SECONDS = COMMAND_LIVES_SECONDS_MAX / 2;

export interface DiscoveryOptions {
  /** Home Assistant's discovery prefix. */
  prefix: string;
  topics: Topics;
  /** Whether commands are obeyed. */
  commands: boolean;
  version: string;
}

/** Where Home Assistant (2024.11 and newer) looks for a device. An empty message there removes it. */
export function discoveryTopic(prefix: string, lockId: string): string {
  return `${prefix}/device/portvakt_${lockId}/config`;
}

/**
 * One lock as a device of Home Assistant's: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. Without
 * commands the bolt is a sensor: Home Assistant has no lock that can not be told to unlock.
 */
export function discoveryConfig(lock: LockRow, { topics, commands, version }: DiscoveryOptions): object {
  const { lockId, model, hardware, firmware } = lock;
  const id = `portvakt_${lockId}`;
  const component = (name: string, members: object) => ({ unique_id: `${id}_${name}`, ...members });
  const controls = commands
    ? { lock: component("lock", lockEntity(topics.commands(lockId))), bolt: gone("binary_sensor") }
    : { bolt: component("bolt", BOLT), lock: gone("lock") };
  return {
    device: {
      identifiers: [id],
      name: `Lock ${lockId}`,
      manufacturer: "Portvakt",
      model,
      serial_number: lockId,
      hw_version: String(hardware),
      sw_version: String(firmware),
    },
    origin: { name: "Portvakt", sw_version: version },
    availability: [{ topic: topics.gatewayState }],
    state_topic: topics.lockState(lockId),
    qos: 1,
    components: {
      ...controls,
      door: component("door", DOOR),
      jam: component("jam", JAM),
      tamper: component("tamper", TAMPER),
      battery: component("battery", BATTERY),
      voltage: component("voltage", VOLTAGE),
      last_access: component("last_access", LAST_ACCESS),
    },
  };
}

/** A component with its platform alone is removed, as this one is when the configuration says otherwise today. */
function gone(platform: string): object {
  return { platform };
}

/** Its commands carry the time until which they are good, and an id: the broker may keep a message, or give it twice. */
function lockEntity(commandTopic: string): object {
  const command = [
    "'action': value",
    "'id': utcnow().timestamp() ~ '-' ~ range(1000000000) | random",
    `'notAfter': utcnow().timestamp() | int + ${COMMAND_LIVES_SECONDS}`,
  ];
  return {
    platform: "lock",
    // The device's main feature has its name alone.
    name: null,
    value_template: "{{ value_json.lock }}",
    state_locked: "locked",
    state_unlocked: "unlocked",
    state_jammed: "jammed",
    command_topic: commandTopic,
    payload_lock: "lock",
    payload_unlock: "unlock",
    command_template: `{{ { ${command.join(", ")} } | to_json }}`,
    optimistic: false,
    retain: false,
  };
}

/** What is not known yet is neither ON nor OFF: Home Assistant shows it as unknown. */
function isOn(member: string, value: string): string {
  return `{{ none if value_json.${member} is none else 'ON' if value_json.${member} == ${value} else 'OFF' }}`;
}

/** Home Assistant's class "lock" is on when it is unlocked. */
const BOLT = {
  platform: "binary_sensor",
  name: null,
  device_class: "lock",
  value_template: "{{ none if value_json.lock is none else 'OFF' if value_json.lock == 'locked' else 'ON' }}",
};

const DOOR = {
  platform: "binary_sensor",
  device_class: "door",
  value_template: isOn("door", "'open'"),
};

const JAM = {
  platform: "binary_sensor",
  name: "Jam",
  device_class: "problem",
  value_template: isOn("jammed", "true"),
};

const TAMPER = {
  platform: "binary_sensor",
  device_class: "tamper",
  value_template: isOn("tamper", "true"),
};

const BATTERY = {
  platform: "binary_sensor",
  device_class: "battery",
  entity_category: "diagnostic",
  value_template: isOn("batteryLow", "true"),
};

const VOLTAGE = {
  platform: "sensor",
  device_class: "voltage",
  state_class: "measurement",
  unit_of_measurement: "mV",
  entity_category: "diagnostic",
  value_template: "{{ value_json.batteryMillivolt }}",
};

const LAST_ACCESS = {
  platform: "sensor",
  name: "Last access",
  device_class: "timestamp",
  value_template: "{{ value_json.lastAccess }}",
};
