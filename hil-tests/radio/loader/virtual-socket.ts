import { EventEmitter } from "node:events";
import type { Adapter, OpenAdapter } from "./adapter.ts";

/** A bluetooth-hci-socket, as far as noble and bleno use it. Emits "data" with each H4 packet of its adapter. */
interface HciSocket extends EventEmitter {
  /** The number of the adapter that it is bound to. Throws ENODEV if there is no such. */
  bindRaw(deviceId?: number): number;
  bindUser(deviceId?: number): number;
  bindControl(): void;
  setFilter(): void;
  start(): void;
  stop(): void;
  isDevUp(): boolean;
  write(h4: Buffer): void;
}

/** The two packages give the class of their sockets in two ways. */
export type SocketPackage = (new () => HciSocket) & { loadDriver(): new () => HciSocket };

/** What stands in for the package: sockets on the adapters that `open` finds. */
export function socketPackage(open: OpenAdapter): SocketPackage {
  return class VirtualHciSocket extends EventEmitter implements HciSocket {
    #adapter: Adapter | undefined;

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
