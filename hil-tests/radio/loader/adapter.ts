import type { Controller } from "../controller.ts";

/** One adapter as a host's HCI socket sees it. */
export interface Adapter {
  /** Sends an H4 packet of the host. */
  write(h4: Uint8Array): void;
  /** Gets the adapter's H4 packets, never from within `write`. */
  onPacket(listener: (h4: Uint8Array) => void): void;
  /** What the kernel of a real host would answer. */
  readonly isUp: boolean;
  /** The host lets go of it. */
  close(): void;
}

/** Finds the adapter hci0, hci1, …; undefined if there is none. A host that names no number gets number 0. */
export type OpenAdapter = (deviceId: number) => Adapter | undefined;

/** A controller of this process as an adapter. */
export function controllerAdapter(controller: Controller): Adapter {
  return {
    write: (h4) => controller.hostPacket(h4),
    // The libraries do not reckon with an answer that comes before their own call has returned.
    onPacket: (listener) => controller.onPacket((h4) => queueMicrotask(() => listener(h4))),
    get isUp() {
      return controller.isUp;
    },
    // As with a raw HCI socket: the controller goes on with what it was told.
    close: () => controller.onPacket(() => {}),
  };
}
