import { existsSync } from "node:fs";
import { join } from "node:path";
import { AirServer } from "../../rig-tools/air-server.ts";
import type { Surroundings } from "../../rig-tools/program.ts";
import type { ProgramGroup } from "../../rig-tools/program-group.ts";

const LINUX_ADAPTERS = "/sys/class/bluetooth";
const GATEWAY_ADDRESS = "c0:ff:ee:00:00:01";
const LOCK_ADDRESS = "d0:0d:00:00:00:01";
const PHONE_ADDRESS = "f0:0e:00:00:00:01";

/** How a program comes to its Bluetooth adapter. */
export interface Adapter {
  /** What it calls it. */
  readonly name: string;
  readonly surroundings: Surroundings;
}

export interface Adapters {
  readonly gateway: Adapter;
  readonly lock: Adapter;
  readonly phone: Adapter;
  /** After the programs have ended. */
  close(): void;
}

/**
 * On the virtual radio, of which a trace is left in `folder`; with HCI=real in the environment this machine's own: hci0 for
 * the gateway and, once that has ended, for the phone, hci1 for the lock.
 */
export async function takeAdapters(programs: ProgramGroup, folder: string): Promise<Adapters> {
  switch (process.env.HCI) {
    case undefined: {
      const air = await AirServer.start(programs, [GATEWAY_ADDRESS, LOCK_ADDRESS, PHONE_ADDRESS], folder);
      const virtual = (address: string): Adapter => ({ name: "hci0", surroundings: air.adapter(address) });
      return {
        gateway: virtual(GATEWAY_ADDRESS),
        lock: virtual(LOCK_ADDRESS),
        phone: virtual(PHONE_ADDRESS),
        close: () => air.close(),
      };
    }
    case "real": {
      const real = (name: string): Adapter => {
        if (!existsSync(join(LINUX_ADAPTERS, name))) throw new Error(`this machine has no Bluetooth adapter ${name}`);
        return { name, surroundings: {} };
      };
      return { gateway: real("hci0"), lock: real("hci1"), phone: real("hci0"), close: () => {} };
    }
    default:
      throw new TypeError(`HCI can be "real", or be left out: it is "${process.env.HCI}"`);
  }
}
