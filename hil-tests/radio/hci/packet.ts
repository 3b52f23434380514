import { concat } from "../../../protocol/wire/bytes.ts";
import { readUint16, uint16 } from "./little-endian.ts";

/** The first byte of an H4 packet (Core Specification, Vol 4 Part A). */
const H4_COMMAND = 1;
export const H4_ACL = 2;
export const H4_EVENT = 4;

const COMMAND_HEADER_BYTES = 4;
const ACL_HEADER_BYTES = 5;
const EVENT_HEADER_BYTES = 3;

/** What a host says to its controller. */
type HostPacket =
  | { kind: "command"; opcode: number; parameters: Uint8Array }
  | { kind: "acl"; handle: number; isContinuation: boolean; data: Uint8Array };

/** Undefined if it is neither a command nor ACL data, or if its length is not the one that it states. */
export function parseHostPacket(h4: Uint8Array): HostPacket | undefined {
  if (h4.length !== packetBytes(h4)) return undefined;
  if (h4[0] === H4_COMMAND)
    return { kind: "command", opcode: readUint16(h4, 1), parameters: h4.slice(COMMAND_HEADER_BYTES) };
  if (h4[0] !== H4_ACL) return undefined;
  const handleAndFlags = readUint16(h4, 1);
  return {
    kind: "acl",
    handle: handleAndFlags & 0xfff,
    isContinuation: ((handleAndFlags >> 12) & 3) === 1,
    data: h4.slice(ACL_HEADER_BYTES),
  };
}

/**
 * The length in bytes, type and header included, of the packet at the front of the bytes, either side's: "more" if
 * that can not be seen yet, "none" if no packet begins like this.
 */
export function packetBytes(h4: Uint8Array): number | "more" | "none" {
  switch (h4[0]) {
    case undefined:
      return "more";
    case H4_COMMAND:
      return h4.length < COMMAND_HEADER_BYTES ? "more" : COMMAND_HEADER_BYTES + h4[3]!;
    case H4_ACL:
      return h4.length < ACL_HEADER_BYTES ? "more" : ACL_HEADER_BYTES + readUint16(h4, 3);
    case H4_EVENT:
      return h4.length < EVENT_HEADER_BYTES ? "more" : EVENT_HEADER_BYTES + h4[2]!;
    default:
      return "none";
  }
}

/** ACL data as the controller gives it to its host. The first fragment of an L2CAP frame is no continuation. */
export function aclToHost(handle: number, isContinuation: boolean, data: Uint8Array): Uint8Array {
  const flags = isContinuation ? 1 : 2;
  return concat(Uint8Array.of(H4_ACL), uint16(handle | (flags << 12)), uint16(data.length), data);
}

/** A command as the host gives it to its controller. */
export function commandPacket(opcode: number, parameters: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(H4_COMMAND), uint16(opcode), Uint8Array.of(parameters.length), parameters);
}
