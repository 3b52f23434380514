import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { realisticModel } from "./air/model.ts";
import { crowd } from "./crowd.ts";
import { echoOver, peripheralsFound } from "./testing/echo-client.ts";
import { NOBLE_FORKS } from "./testing/hosts.ts";
import { LibraryAir } from "./testing/library-air.ts";
import { QuietAir } from "./testing/quiet-air.ts";

for (const fork of NOBLE_FORKS) {
  test(`${fork} finds the one bleno among 200 devices of others, and talks to it`, async () => {
    const world = new LibraryAir(realisticModel, 5);
    const { controller } = await world.peripheral();
    crowd(world.air, 200, 20, new SeededRandom(5));
    const { noble } = await world.central(fork);
    const found = await peripheralsFound(world.clock, noble, 3_000);
    assert.deepEqual([...found.keys()], [controller.address]);
    const echo = await echoOver(world.clock, found.get(controller.address)!);
    assert.equal(await echo("in a crowd"), "in a crowd");
  });
}

test("in a crowd some advertisements are lost, but everybody is heard in time", () => {
  const quiet = new QuietAir({ advertisementsCollide: true });
  const scanner = quiet.host();
  const devices = crowd(quiet.air, 200, 20, new SeededRandom(5));
  scanner.scan({ isActive: false });
  scanner.heard();
  quiet.clock.advance(20_000);
  const reports = scanner.heardOnly("report");
  const sent = devices.reduce((sum, { activity }) => sum + activity.advertisingEvents, 0);
  const lost = 1 - reports.length / sent;
  assert.ok(lost > 0.02 && lost < 0.2, `${lost} of ${sent}`);
  assert.equal(new Set(reports.map(({ from }) => from)).size, 200);
});
