import assert from "node:assert/strict";
import { test } from "node:test";
import { EmulatedBattery } from "./battery.ts";

test("a battery sags under load, more so in the cold, and recovers", () => {
  let milliampere = 0;
  const battery = new EmulatedBattery(() => milliampere);
  assert.equal(battery.millivolt(), 6000);
  milliampere = 250;
  assert.equal(battery.millivolt(), 5800);
  battery.set({ temperatureC: -20 });
  assert.equal(battery.millivolt(), 5200);
  milliampere = 0;
  assert.equal(battery.millivolt(), 6000);
});

test("an empty battery has no voltage below nothing", () => {
  const battery = new EmulatedBattery(() => 900);
  battery.set({ millivolt: 100 });
  assert.equal(battery.millivolt(), 0);
});
