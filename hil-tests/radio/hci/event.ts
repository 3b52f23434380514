import { concat } from "../../../protocol/wire/bytes.ts";
import { uint16 } from "./little-endian.ts";
import { H4_EVENT } from "./packet.ts";

/** Events of a controller as H4 packets (Core Specification, Vol 4 Part E, 7.7). */

export function commandComplete(opcode: number, returnParameters: Uint8Array): Uint8Array {
  return event(0x0e, Uint8Array.of(COMMANDS_ALLOWED), uint16(opcode), returnParameters);
}

export function commandStatus(opcode: number, status: number): Uint8Array {
  return event(0x0f, Uint8Array.of(status, COMMANDS_ALLOWED), uint16(opcode));
}

export function disconnectionComplete(handle: number, reason: number): Uint8Array {
  return event(0x05, Uint8Array.of(0), uint16(handle), Uint8Array.of(reason));
}

/** The host may send that many packets more. */
export function numberOfCompletedPackets(handle: number, packets: number): Uint8Array {
  return event(0x13, Uint8Array.of(1), uint16(handle), uint16(packets));
}

/** The host sent more ACL data than it had credits for. */
export function dataBufferOverflow(): Uint8Array {
  return event(0x1a, Uint8Array.of(1));
}

/** The LE events that these controllers send, by their subevent code. */
export const LeEvent = {
  connectionComplete: 0x01,
  advertisingReport: 0x02,
  connectionUpdateComplete: 0x03,
  dataLengthChange: 0x07,
} as const;

export function leEvent(subevent: number, ...parameters: Uint8Array[]): Uint8Array {
  return event(0x3e, Uint8Array.of(subevent), ...parameters);
}

/** How many commands a host may have under way: as most controllers, one. */
const COMMANDS_ALLOWED = 1;

function event(code: number, ...parts: Uint8Array[]): Uint8Array {
  const parameters = concat(...parts);
  return concat(Uint8Array.of(H4_EVENT, code, parameters.length), parameters);
}
