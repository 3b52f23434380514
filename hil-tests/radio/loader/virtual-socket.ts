import { EventEmitter } from "node:events";
import type { Adapter, OpenAdapter } from "./adapter.ts";

/** The face of a bluetooth-hci-socket package, as far as noble and bleno use it. */
type SocketPackage = (new () => EventEmitter) & { loadDriver(): new () => EventEmitter };

/** What stands in for the package: sockets on the adapters that `open` finds. */
export function socketPackage(open: OpenAdapter): SocketPackage {
  return class VirtualHciSocket extends EventEmitter {
    #adapter: Adapter | undefined;

    /** @stoprocent/bluetooth-hci-socket gives its class so. */
    static loadDriver(): typeof VirtualHciSocket {
      return VirtualHciSocket;
    }

    bindRaw(deviceId = 0): number {
      this.#adapter = open(deviceId);
      if (!this.#adapter) throw Object.assign(new Error("ENODEV, No such device"), { code: "ENODEV" });
      this.#adapter.onPacket((h4) => this.emit("data", Buffer.from(h4)));
      return deviceId;
    }

    bindUser(deviceId?: number): number {
      return this.bindRaw(deviceId);
    }

    /** The kernel's own channel, to which bleno gives the keys of paired phones. Nobody pairs here. */
    bindControl(): void {}

    setFilter(): void {}

    start(): void {}

    stop(): void {
      this.#adapter?.close();
    }

    isDevUp(): boolean {
      return this.#adapter?.isUp ?? false;
    }

    write(h4: Buffer): void {
      this.#adapter?.write(Uint8Array.from(h4));
    }
  };
}
