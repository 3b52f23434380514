import type { OpenSerialLine } from "../../../gateway/transport/serial-bus.ts";
import type { Bus } from "../bus.ts";

/** A gateway's port on a bus in memory. */
export function lineTo(bus: Bus): OpenSerialLine {
  return async (events) => {
    const station = bus.join((byte) => events.bytes(Uint8Array.of(byte)));
    return { write: (bytes) => station.transmit(bytes), close: async () => station.leave() };
  };
}
