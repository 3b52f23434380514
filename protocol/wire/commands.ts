import { ProtocolError } from "../protocol-error.ts";
import { type Cbor, decodeCbor, encodeCbor } from "./cbor.ts";
import { asArray, asBytes, asBytesUpTo, asInteger, asList, asUint, UINT_MAX } from "./cbor-shape.ts";
import { type Checked, Reason } from "./reason.ts";

/**
 * Every command (protocol.md §6). Documents are the bytes of a COSE_Sign1, `grant` is a grant's id (8 bytes) or a whole
 * grant; neither is looked into here. `generation` names an earlier one. Times are seconds since 1970.
 */
export type Command =
  | { name: "status" }
  | { name: "act"; action: number; grant: Uint8Array; order: Uint8Array }
  | { name: "readLog"; fromSeq: number; max: number; generation?: number }
  | { name: "ackLog"; receipt: Uint8Array }
  | { name: "logHead"; nonce: Uint8Array; generation?: number }
  | { name: "rosterBegin"; roster: Uint8Array }
  | { name: "grantPut"; grants: Uint8Array[] }
  | { name: "rosterCommit" }
  | { name: "time"; token: Uint8Array }
  | { name: "timeHint"; time: number }
  | { name: "firmwareBegin"; manifest: Uint8Array }
  | { name: "firmwareBlock"; offset: number; bytes: Uint8Array }
  | { name: "firmwareApply" }
  | { name: "identify" }
  | { name: "unpair"; order: Uint8Array }
  | { name: "grantList"; after: Uint8Array }
  | { name: "grantDrop"; ids: Uint8Array[] };

export type CommandName = Command["name"];

export const GRANT_ID_BYTES = 8;
export const LOG_HEAD_NONCE_BYTES = 16;
const FIRMWARE_BLOCK_BYTES_MAX = 512;
const ACTION_MAX = 7;

export function encodeCommand(command: Command): Uint8Array {
  return encodeCbor(commandArray(command));
}

function commandArray(command: Command): Cbor[] {
  switch (command.name) {
    case "status":
      return [1];
    case "act":
      return [2, command.action, command.grant, command.order];
    case "readLog":
      return [3, command.fromSeq, command.max, ...optional(command.generation)];
    case "ackLog":
      return [4, command.receipt];
    case "logHead":
      return [5, command.nonce, ...optional(command.generation)];
    case "rosterBegin":
      return [6, command.roster];
    case "grantPut":
      return [7, command.grants];
    case "rosterCommit":
      return [8];
    case "time":
      return [9, command.token];
    case "timeHint":
      return [9, command.time];
    case "firmwareBegin":
      return [10, command.manifest];
    case "firmwareBlock":
      return [11, command.offset, command.bytes];
    case "firmwareApply":
      return [12];
    case "identify":
      return [13];
    case "unpair":
      return [14, command.order];
    case "grantList":
      return [15, command.after];
    case "grantDrop":
      return [16, command.ids];
  }
}

function optional(generation: number | undefined): Cbor[] {
  return generation === undefined ? [] : [generation];
}

/** The command, or reason 1 (not strict CBOR, or not the shape of its code) or 2 (a code that LK1 does not have). */
export function decodeCommand(bytes: Uint8Array): Checked<Command> {
  try {
    const elements = asArray(decodeCbor(bytes));
    const command = readCommand(asUint(elements[0]), elements);
    return command ? { ok: true, value: command } : { ok: false, reason: Reason.unknownCommand };
  } catch (error) {
    if (error instanceof ProtocolError) return { ok: false, reason: Reason.malformed };
    throw error;
  }
}

/** Throws ProtocolError if the elements are not those of `code`; undefined if there is no such code. */
function readCommand(code: number, elements: Cbor[]): Command | undefined {
  const [, first, second, third] = elements;
  switch (code) {
    case 1:
      asArray(elements, 1);
      return { name: "status" };
    case 2:
      asArray(elements, 4);
      return { name: "act", action: asInteger(first, 1, ACTION_MAX), grant: asBytes(second), order: asBytes(third) };
    case 3:
      return {
        name: "readLog",
        fromSeq: asInteger(first, 1, UINT_MAX),
        max: asInteger(second, 1, UINT_MAX),
        ...readGeneration(elements, 3),
      };
    case 4:
      asArray(elements, 2);
      return { name: "ackLog", receipt: asBytes(first) };
    case 5:
      return { name: "logHead", nonce: asBytes(first, LOG_HEAD_NONCE_BYTES), ...readGeneration(elements, 2) };
    case 6:
      asArray(elements, 2);
      return { name: "rosterBegin", roster: asBytes(first) };
    case 7:
      asArray(elements, 2);
      return { name: "grantPut", grants: asList(first).map((grant) => asBytes(grant)) };
    case 8:
      asArray(elements, 1);
      return { name: "rosterCommit" };
    case 9:
      asArray(elements, 2);
      return first instanceof Uint8Array ? { name: "time", token: first } : { name: "timeHint", time: asUint(first) };
    case 10:
      asArray(elements, 2);
      return { name: "firmwareBegin", manifest: asBytes(first) };
    case 11:
      asArray(elements, 3);
      return {
        name: "firmwareBlock",
        offset: asUint(first),
        bytes: asBytesUpTo(second, FIRMWARE_BLOCK_BYTES_MAX),
      };
    case 12:
      asArray(elements, 1);
      return { name: "firmwareApply" };
    case 13:
      asArray(elements, 1);
      return { name: "identify" };
    case 14:
      asArray(elements, 2);
      return { name: "unpair", order: asBytes(first) };
    case 15:
      asArray(elements, 2);
      return { name: "grantList", after: asBytes(first, GRANT_ID_BYTES) };
    case 16:
      asArray(elements, 2);
      return { name: "grantDrop", ids: asList(first).map((id) => asBytes(id, GRANT_ID_BYTES)) };
    default:
      return undefined;
  }
}

/** An element at `index`, after which there is none, is the generation. */
function readGeneration(elements: Cbor[], index: number): { generation?: number } {
  if (elements.length === index) return {};
  asArray(elements, index + 1);
  return { generation: asUint(elements[index]) };
}
