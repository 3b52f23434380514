import type { Controller } from "../../radio/controller.ts";
import { type Adapter, controllerAdapter } from "../../radio/loader/adapter.ts";
import { substituteHciSocket } from "../../radio/loader/substitute.ts";

/** What becomes of an H4 packet between the gateway's host and its controller: the packets that go on in its place. */
export type Meddle = (h4: Uint8Array, direction: "to-controller" | "to-host") => readonly Uint8Array[];

let open: (deviceId: number) => Adapter | undefined = () => undefined;

// noble keeps the socket that it found when it was loaded, for good: so what that leads to is changed instead.
substituteHciSocket((deviceId) => open(deviceId));

/** From now on these controllers are this process's hci0, hci1, …: for product code that loads noble by itself. */
export function plugIn(controllers: readonly Controller[], meddle: Meddle): void {
  open = (deviceId) => {
    const controller = controllers[deviceId];
    return controller && meddledWith(controllerAdapter(controller), meddle);
  };
}

function meddledWith(adapter: Adapter, meddle: Meddle): Adapter {
  return {
    write: (h4) => {
      for (const packet of meddle(h4, "to-controller")) adapter.write(packet);
    },
    onPacket: (listener) =>
      adapter.onPacket((h4) => {
        for (const packet of meddle(h4, "to-host")) listener(packet);
      }),
    get isUp() {
      return adapter.isUp;
    },
    close: () => adapter.close(),
  };
}
