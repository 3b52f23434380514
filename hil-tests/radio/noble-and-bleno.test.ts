import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { evenLoss, realisticModel } from "./air/model.ts";
import { echoOver, firstPeripheral, peripheralsFound } from "./testing/echo-client.ts";
import { NOBLE_FORKS } from "./testing/hosts.ts";
import { LibraryAir } from "./testing/library-air.ts";
import { settled } from "./testing/settled.ts";

for (const fork of NOBLE_FORKS) {
  test(`${fork} finds blenos, talks to each at the same time and parts`, async () => {
    const world = new LibraryAir();
    const peripherals = [await world.peripheral(), await world.peripheral(), await world.peripheral()];
    const { noble } = await world.central(fork);
    const found = await peripheralsFound(world.clock, noble, 1_000);
    assert.deepEqual([...found.keys()].sort(), peripherals.map(({ controller }) => controller.address).sort());
    const echoes = [];
    for (const peripheral of found.values()) echoes.push(await echoOver(world.clock, peripheral));
    for (const [n, echo] of echoes.entries()) assert.equal(await echo(`to lock ${n}`), `to lock ${n}`);
    for (const peripheral of found.values()) await settled(world.clock, peripheral.disconnectAsync(), 1_000);
    assert.deepEqual(
      [...found.values()].map(({ state }) => state),
      ["disconnected", "disconnected", "disconnected"],
    );
  });

  test(`${fork} carries long values in both directions`, async () => {
    const world = new LibraryAir();
    await world.peripheral();
    const { noble } = await world.central(fork);
    const peripheral = await firstPeripheral(world.clock, noble);
    const echo = await echoOver(world.clock, peripheral);
    const text = "abcdefghij".repeat(20);
    assert.equal(await echo(text), text);
  });

  test(`${fork} gets all through a lossy air at the realistic interval, later`, async () => {
    const world = new LibraryAir({ ...realisticModel, loss: evenLoss(0.1) }, 3);
    await world.peripheral();
    const { noble, controller } = await world.central(fork);
    const echo = await echoOver(world.clock, await firstPeripheral(world.clock, noble));
    const [startMs, startEvents] = [world.clock.monotonicMs(), controller.activity.connectionEvents];
    for (let n = 0; n < 20; n++) assert.equal(await echo(`${n}`), `${n}`);
    const events = controller.activity.connectionEvents - startEvents;
    // A write and its notification take two events at the least.
    assert.ok(events >= 40 && events < 100, `${events} events`);
    assert.ok(Math.abs(world.clock.monotonicMs() - startMs - events * 22.5) < 22.5);
  });

  test(`${fork} hears of a peer that is gone by the supervision timeout`, async () => {
    const world = new LibraryAir();
    const { controller } = await world.peripheral();
    const { noble } = await world.central(fork);
    const peripheral = await firstPeripheral(world.clock, noble);
    await echoOver(world.clock, peripheral);
    const gone = once(peripheral, "disconnect");
    const startMs = world.clock.monotonicMs();
    controller.remove();
    await settled(world.clock, gone, 2_000);
    const waitedMs = world.clock.monotonicMs() - startMs;
    assert.ok(waitedMs >= 400 && waitedMs < 450, `${waitedMs} ms`);
  });

  test(`${fork} waits for an absent peer until it cancels, and can then connect to another`, async () => {
    const world = new LibraryAir();
    const [one] = [await world.peripheral(), await world.peripheral()];
    const { noble } = await world.central(fork);
    const found = await peripheralsFound(world.clock, noble, 1_000);
    one.controller.remove();
    const absent = found.get(one.controller.address)!;
    let outcome = "pending";
    absent.connectAsync().then(
      () => {
        outcome = "connected";
      },
      () => {
        outcome = "failed";
      },
    );
    await world.clock.advanceAsync(60_000);
    assert.equal(outcome, "pending");
    absent.cancelConnect();
    await world.clock.advanceAsync(100);
    assert.equal(outcome, "failed");
    const [present] = [...found.values()].filter((peripheral) => peripheral !== absent);
    const echo = await echoOver(world.clock, present!);
    assert.equal(await echo("here"), "here");
  });

  test(`${fork} is told nothing when its adapter is pulled out`, async () => {
    const world = new LibraryAir();
    await world.peripheral();
    const { noble, controller } = await world.central(fork);
    const peripheral = await firstPeripheral(world.clock, noble);
    await echoOver(world.clock, peripheral);
    const events: string[] = [];
    noble.on("stateChange", (state) => events.push(state));
    peripheral.on("disconnect", () => events.push("disconnect"));
    controller.remove();
    await world.clock.advanceAsync(60_000);
    assert.deepEqual(events, []);
    assert.equal(peripheral.state, "connected");
  });

  test(`${fork} sees within a second that its adapter was switched off, and again on`, async () => {
    const world = new LibraryAir();
    const { noble, controller } = await world.central(fork);
    const states: string[] = [];
    noble.on("stateChange", (state) => states.push(state));
    controller.powerDown();
    await world.clock.advanceAsync(1_000);
    assert.deepEqual(states, ["poweredOff"]);
    controller.recover();
    await world.clock.advanceAsync(2_000);
    assert.deepEqual(states, ["poweredOff", "poweredOn"]);
  });
}

test("two centrals talk to one bleno one after the other", async () => {
  const world = new LibraryAir();
  await world.peripheral();
  for (const fork of NOBLE_FORKS) {
    const { noble } = await world.central(fork);
    const peripheral = await firstPeripheral(world.clock, noble);
    const echo = await echoOver(world.clock, peripheral);
    assert.equal(await echo(fork), fork);
    await settled(world.clock, peripheral.disconnectAsync(), 1_000);
  }
});
