import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { fastModel } from "./air/model.ts";
import { Air } from "./air.ts";
import { echoPeripheral } from "./testing/echo-peripheral.ts";
import { freshNoble, NOBLE_FORKS } from "./testing/hosts.ts";
import { runLibraryTimers } from "./testing/library-timers.ts";
import { settled } from "./testing/settled.ts";

for (const fork of NOBLE_FORKS) {
  test(`${fork} finds two blenos, connects, subscribes, writes and is notified`, async () => {
    const clock = new VirtualClock();
    runLibraryTimers(clock);
    const air = new Air({ clock, random: new SeededRandom(1), model: fastModel });
    for (const n of [1, 2])
      await settled(clock, echoPeripheral(air.controller({ address: `d0:0d:00:00:00:0${n}` })), 5_000);
    const noble = freshNoble(fork, air.controller({ address: "c0:ff:ee:00:00:01" }));
    noble.on("stateChange", () => {});
    await clock.advanceAsync(100);
    const found: import("@abandonware/noble").Peripheral[] = [];
    noble.on("discover", (p) => found.push(p));
    await settled(clock, noble.startScanningAsync(["fff0"], false), 1000);
    await clock.advanceAsync(1000);
    assert.deepEqual(found.map((p) => p.address).sort(), ["d0:0d:00:00:00:01", "d0:0d:00:00:00:02"]);
    await settled(clock, noble.stopScanningAsync(), 1000);
    for (const peripheral of found) {
      await settled(clock, peripheral.connectAsync(), 1000);
      const { characteristics } = await settled(
        clock,
        peripheral.discoverSomeServicesAndCharacteristicsAsync(["fff0"], []),
        1000,
      );
      const write = characteristics.find((c) => c.uuid === "fff1")!;
      const notify = characteristics.find((c) => c.uuid === "fff2")!;
      await settled(clock, notify.subscribeAsync(), 1000);
      const reply = once(notify, "data");
      await settled(clock, write.writeAsync(Buffer.from("hello"), false), 1000);
      const [bytes] = await settled(clock, reply, 1000);
      assert.equal(String(bytes), "hello");
    }
    await settled(clock, found[0]!.disconnectAsync(), 1000);
  });
}
