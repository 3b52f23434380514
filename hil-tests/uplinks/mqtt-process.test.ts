import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { freePort } from "../rig-tools/free-port.ts";
import { PROGRAMS, Program } from "../rig-tools/program.ts";
import { findMosquitto, Mosquitto } from "./mosquitto.ts";
import { BrokerUser } from "./testing/broker-user.ts";

const program = findMosquitto();
const options = program === undefined ? { skip: "skipped: mosquitto not found" } : { timeout: 60_000 };

test(
  "a gateway that is killed with -9 is offline for all to see, and one that stops says so itself",
  options,
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-mqtt-"));
    const broker = await Mosquitto.start(program!, folder);
    const user = await BrokerUser.connect(broker.url, "portvakt/stair-4/gateways/+/state");
    const configFile = join(folder, "portvakt.toml");
    const lines = [
      `data = "${join(folder, "data")}"`,
      `api = { listen = "127.0.0.1:${await freePort()}" }`,
      `uplink = { kind = "mqtt", url = "${broker.url}", site = "stair-4" }`,
    ];
    writeFileSync(configFile, lines.join("\n"));
    const running: Program[] = [];
    t.after(async () => {
      for (const gateway of running) await gateway.kill();
      await user.end();
      await broker.kill();
      rmSync(folder, { recursive: true });
    });
    /** Resolves when the broker has told so often how the gateway is. */
    const told = async (count: number) => {
      while (user.seen.length < count) await new Promise((resolve) => user.client.once("packetreceive", resolve));
      return user.seen.map(({ text }) => text);
    };
    const start = () => {
      const gateway = new Program(new VirtualClock(), "gateway", PROGRAMS.gateway, ["run", "--config", configFile]);
      running.push(gateway);
      return gateway;
    };

    const first = start();
    assert.deepEqual(await told(1), ["online"]);
    await first.kill();
    assert.deepEqual(await told(2), ["online", "offline"]);
    const second = start();
    await told(3);
    await second.stop();
    assert.deepEqual(await told(4), ["online", "offline", "online", "offline"]);
  },
);
