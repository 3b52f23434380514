import assert from "node:assert/strict";
import { test } from "node:test";
import type { LockRow } from "../../store/lock-store.ts";
import { discoveryConfig, discoveryTopic } from "./home-assistant.ts";
import { lockState } from "./lock-state.ts";
import { Topics } from "./topics.ts";

const LOCK: LockRow = {
  lockId: "00112233445566aa",
  via: "ble:hci0",
  model: "sim",
  hardware: 1,
  firmware: 3,
  sigPk: new Uint8Array(33),
  boxPk: new Uint8Array(33),
  generation: 0,
  pairedAtMs: 0,
};
const topics = new Topics("stair-4", "6761746577617931");

interface Discovery {
  device: Record<string, unknown>;
  origin: Record<string, unknown>;
  availability: { topic: string }[];
  components: Record<string, Record<string, unknown>>;
}

const discovery = (commands: boolean) =>
  discoveryConfig(LOCK, { prefix: "homeassistant", topics, commands, version: "1.2.3" }) as Discovery &
    Record<string, unknown>;

/** What Home Assistant's schemas know (components/mqtt: schemas.py, lock.py, binary_sensor.py, sensor.py), as far as we use it. */
const DEVICE_DISCOVERY = ["device", "origin", "components", "availability", "state_topic", "qos"];
const DEVICE = ["identifiers", "name", "manufacturer", "model", "serial_number", "hw_version", "sw_version"];
const ENTITY = ["platform", "unique_id", "name", "device_class", "entity_category", "value_template"];
const PLATFORMS: Record<string, { keys: string[]; required: string[]; classes: string[] }> = {
  lock: {
    keys: [
      ...["state_locked", "state_unlocked", "state_jammed", "payload_lock", "payload_unlock"],
      ...["command_topic", "command_template", "optimistic", "retain"],
    ],
    required: ["command_topic"],
    classes: [],
  },
  binary_sensor: { keys: [], required: [], classes: ["lock", "door", "problem", "tamper", "battery"] },
  sensor: { keys: ["state_class", "unit_of_measurement"], required: [], classes: ["voltage", "timestamp"] },
};

for (const commands of [false, true]) {
  test(`Home Assistant's schemas are kept, with commands ${commands ? "on" : "off"}`, () => {
    const config = discovery(commands);
    assert.deepEqual(
      Object.keys(config).filter((key) => !DEVICE_DISCOVERY.includes(key)),
      [],
    );
    assert.deepEqual(
      Object.keys(config.device).filter((key) => !DEVICE.includes(key)),
      [],
    );
    assert.deepEqual(config.origin, { name: "Portvakt", sw_version: "1.2.3" });
    assert.deepEqual(config.availability, [{ topic: topics.gatewayState }]);
    assert.match(discoveryTopic("homeassistant", LOCK.lockId), /^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/);
    const uniqueIds = new Set<unknown>();
    for (const [name, component] of Object.entries(config.components)) {
      const { platform, ...members } = component;
      const schema = PLATFORMS[String(platform)];
      assert.ok(schema, name);
      // A platform alone removes the component.
      if (Object.keys(members).length === 0) continue;
      for (const key of Object.keys(component)) assert.ok([...ENTITY, ...schema.keys].includes(key), `${name}.${key}`);
      for (const key of schema.required) assert.ok(key in component, `${name}.${key}`);
      if (component.device_class !== undefined) assert.ok(schema.classes.includes(String(component.device_class)));
      assert.ok(!uniqueIds.has(component.unique_id) && typeof component.unique_id === "string");
      uniqueIds.add(component.unique_id);
    }
  });
}

test("a lock can be told to unlock only where commands are on; else its bolt is a sensor", () => {
  const off = discovery(false).components;
  assert.deepEqual([off.lock, off.bolt?.device_class], [{ platform: "lock" }, "lock"]);
  assert.doesNotMatch(JSON.stringify(discovery(false)), /command/);
  const on = discovery(true).components;
  assert.deepEqual([on.bolt, on.lock?.command_topic], [{ platform: "binary_sensor" }, topics.commands(LOCK.lockId)]);
});

test("templates look at what the state has, and at nothing else", () => {
  const known = Object.keys(lockState("g", LOCK, undefined));
  for (const commands of [false, true]) {
    const looked = [...JSON.stringify(discovery(commands)).matchAll(/value_json\.(\w+)/g)].map(([, member]) => member!);
    assert.ok(looked.length > 6);
    for (const member of looked) assert.ok(known.includes(member), member);
  }
});

test("a lock that has told nothing yet is not said to be in any state", () => {
  assert.deepEqual(lockState("g", LOCK, undefined), {
    gateway: "g",
    lock: null,
    door: null,
    jammed: null,
    tamper: null,
    batteryLow: null,
    batteryMillivolt: null,
    temperatureC: null,
    lastAccess: null,
  });
});
