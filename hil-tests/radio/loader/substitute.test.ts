import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { QuietAir } from "../testing/quiet-air.ts";
import { controllerAdapter } from "./adapter.ts";
import { substituteHciSocket } from "./substitute.ts";
import type { SocketPackage } from "./virtual-socket.ts";

const require = createRequire(import.meta.url);
const READ_BD_ADDR = Buffer.from("01091000", "hex");

/** The sockets of a package while adapters 0 and 1 are these controllers'. */
function sockets(name: string): SocketPackage {
  const quiet = new QuietAir();
  const controllers = [quiet.host().controller, quiet.host().controller];
  const undo = substituteHciSocket((deviceId) => {
    const controller = controllers[deviceId];
    return controller && controllerAdapter(controller);
  });
  const Sockets = require(name) as SocketPackage;
  undo();
  return Sockets;
}

for (const name of ["@abandonware/bluetooth-hci-socket", "@stoprocent/bluetooth-hci-socket"]) {
  test(`${name} leads to the adapter with the number that a host asks for, number 0 if it names none`, async () => {
    const Sockets = sockets(name);
    for (const [deviceId, address] of [
      [undefined, "010000000dd0"],
      [0, "010000000dd0"],
      [1, "020000000dd0"],
    ] as const) {
      const socket = new (Sockets.loadDriver())();
      assert.equal(socket.bindRaw(deviceId), deviceId ?? 0);
      assert.equal(socket.isDevUp(), true);
      const answers: string[] = [];
      socket.on("data", (h4: Buffer) => answers.push(h4.toString("hex")));
      socket.write(READ_BD_ADDR);
      assert.deepEqual(answers, [], "no answer before the call returns");
      await Promise.resolve();
      assert.deepEqual(answers, [`040e0a01091000${address}`]);
    }
  });

  test(`${name} throws ENODEV for an adapter that is not there, and seems down`, () => {
    const socket = new (sockets(name))();
    assert.equal(socket.isDevUp(), false);
    assert.throws(() => socket.bindRaw(2), { code: "ENODEV" });
  });
}

test("a closed socket hears no more, but its controller goes on", async () => {
  const Sockets = sockets("@abandonware/bluetooth-hci-socket");
  const [first, second] = [new Sockets(), new Sockets()];
  const answers: string[] = [];
  for (const [name, socket] of Object.entries({ first, second })) socket.on("data", () => answers.push(name));
  first.bindRaw(0);
  first.stop();
  first.write(READ_BD_ADDR);
  await Promise.resolve();
  assert.deepEqual(answers, []);
  second.bindRaw(0);
  second.write(READ_BD_ADDR);
  await Promise.resolve();
  assert.deepEqual(answers, ["second"]);
});
