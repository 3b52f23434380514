import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { findMosquitto } from "./mosquitto.ts";
import { BrokerUser } from "./testing/broker-user.ts";
import { GATEWAY_ID, MqttWorld } from "./testing/mqtt-world.ts";

const program = findMosquitto();
const options = program === undefined ? { skip: "skipped: mosquitto not found" } : { timeout: 60_000 };
const GATEWAY_STATE = `portvakt/stair-4/gateways/${GATEWAY_ID}/state`;

test("the broker keeps how gateway and locks are, without people", options, async (t) => {
  const world = await MqttWorld.start(t, program!);
  const [lock] = world.locks;
  const topic = `portvakt/stair-4/locks/${lock!.lockId}/state`;
  const user = await BrokerUser.connect(world.broker.url, "portvakt/#");
  t.after(() => user.end());
  const state = () => JSON.parse(user.newest(topic) ?? "{}") as Record<string, unknown>;
  await world.until("the state", () => user.newest(GATEWAY_STATE) === "online" && state().lock === "locked");

  const seq = lock!.log({ type: RecordType.unlocked });
  lock!.flags = Flag.doorOpen | Flag.batteryLow;
  await world.until("the open door", () => state().door === "open" && state().lastAccess !== null);
  const { lastAccess, batteryMillivolt, temperatureC, ...others } = state();
  assert.deepEqual(others, {
    gateway: GATEWAY_ID,
    lock: "unlocked",
    door: "open",
    jammed: false,
    tamper: false,
    batteryLow: true,
  });
  assert.ok([batteryMillivolt, temperatureC].every(Number.isInteger) && seq > 0);
  assert.match(String(lastAccess), /^2027-01-07T.*Z$/);

  lock!.flags = Flag.jammed;
  await world.until("the jam", () => state().lock === "jammed");
  await world.stopGateway();
  world.startGateway();
  await world.until("the return", () => user.newest(GATEWAY_STATE) === "online");
  const said = user.seen.filter((message) => message.topic === GATEWAY_STATE).map(({ text }) => text);
  assert.deepEqual(said, ["online", "offline", "online"]);
});

test(
  "a lock that was unpaired while the broker was away is gone from the broker and from Home Assistant",
  options,
  async (t) => {
    const world = await MqttWorld.start(t, program!, { config: { discoveryPrefix: "homeassistant" }, locks: 2 });
    const [kept, gone] = world.locks;
    const ofLocks = ["state", "report"].map((what) => `portvakt/stair-4/locks/+/${what}`);
    const user = await BrokerUser.connect(world.broker.url, "homeassistant/#", ...ofLocks);
    t.after(() => user.end());
    const topicsOf = (lockId: string) => [
      `homeassistant/device/portvakt_${lockId}/config`,
      `portvakt/stair-4/locks/${lockId}/state`,
      `portvakt/stair-4/locks/${lockId}/report`,
    ];
    const isTold = (lockId: string) => topicsOf(lockId).every((topic) => (user.newest(topic) ?? "") !== "");
    await world.until("both locks", () => isTold(kept!.lockId) && isTold(gone!.lockId));

    await world.stopGateway();
    world.startGateway({ without: gone!.lockId });
    await world.until("its end", () => topicsOf(gone!.lockId).every((topic) => user.newest(topic) === ""));
    assert.ok(isTold(kept!.lockId));
  },
);
