import { concat } from "../../protocol/wire/bytes.ts";
import type { Controller } from "./controller.ts";
import { uint16 } from "./hci/little-endian.ts";
import { commandPacket } from "./hci/packet.ts";

const MS_PER_UNIT = 0.625;
const DATA_BYTES_MAX = 31;

export interface AdvertisingScript {
  /** At least 20. */
  readonly intervalMs: number;
  readonly kind: "connectable" | "scannable" | "non-connectable";
  /** Up to 31 bytes each. */
  readonly data: Uint8Array;
  readonly scanResponse?: Uint8Array;
}

/** Lets a controller advertise without a host: a beacon, or a device that nobody here has an interest in. */
export function advertise(controller: Controller, script: AdvertisingScript): void {
  const interval = uint16(Math.round(script.intervalMs / MS_PER_UNIT));
  const kind = { connectable: 0, scannable: 2, "non-connectable": 3 }[script.kind];
  const ownAndPeer = new Uint8Array(8);
  const allChannels = Uint8Array.of(7, 0);
  const parameters = concat(interval, interval, Uint8Array.of(kind), ownAndPeer, allChannels);
  controller.hostPacket(commandPacket(0x2006, parameters));
  controller.hostPacket(commandPacket(0x2008, padded(script.data)));
  controller.hostPacket(commandPacket(0x2009, padded(script.scanResponse ?? new Uint8Array())));
  controller.hostPacket(commandPacket(0x200a, Uint8Array.of(1)));
}

function padded(data: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(data.length), data, new Uint8Array(DATA_BYTES_MAX - data.length));
}
