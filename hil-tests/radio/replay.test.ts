import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { realisticModel } from "./air/model.ts";
import type { PacketTrace } from "./hci/packet-trace.ts";
import { advertise } from "./scripted-advertiser.ts";
import { QuietAir } from "./testing/quiet-air.ts";

const FIRST_HANDLE = 0x40;

/** Ten beacons, a central and a peripheral that talk, move and part, over a lossy air: all packets with their times. */
function scenario(seed: number): string[] {
  const quiet = new QuietAir(
    { ...realisticModel, loss: { ...realisticModel.loss, goodToBad: 0.01, badLoss: 0.5, badToGood: 0.1 } },
    seed,
  );
  const packets: string[] = [];
  const trace: PacketTrace = {
    record: (direction, h4) =>
      packets.push(`${quiet.clock.monotonicMs()} ${direction} ${Buffer.from(h4).toString("hex")}`),
  };
  const [central, peripheral] = [quiet.host({ trace }), quiet.host({ trace })];
  quiet.air.setInterference([{ wifiChannel: 11, busyShare: 0.3 }]);
  for (let n = 1; n <= 10; n++) {
    const beacon = quiet.host({ place: { x: n, y: n } });
    advertise(beacon.controller, { intervalMs: 100, kind: "non-connectable", data: fromHex("020106") });
  }
  central.scan();
  quiet.clock.advance(1_000);
  central.stopScanning();
  advertise(peripheral.controller, { intervalMs: 20, kind: "connectable", data: fromHex("020106") });
  central.connect(peripheral.controller, { supervisionTimeout: 400 });
  quiet.clock.advance(1_000);
  for (let n = 0; n < 50; n++) {
    central.data(FIRST_HANDLE, "0102");
    peripheral.data(FIRST_HANDLE, "0304");
    peripheral.controller.place = { x: n, y: 0 };
    quiet.clock.advance(100);
  }
  central.disconnect(FIRST_HANDLE);
  quiet.clock.advance(10_000);
  return packets;
}

test("the same seed makes the same packets at the same times, another seed others", () => {
  const first = scenario(1);
  const data = first.filter((packet) => packet.includes("to-host 02"));
  assert.ok(data.length > 50, `${data.length} packets of data`);
  assert.deepEqual(scenario(1), first);
  assert.notDeepEqual(scenario(2), first);
});
