import { CBOR_BYTES_MAX } from "../../protocol/wire/cbor.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import { LOG_HEAD_NONCE_BYTES } from "../../protocol/wire/commands.ts";
import {
  type BackendAnswer,
  EVENT_OUTCOMES,
  type EventResult,
  type HeadWanted,
  type LogPlace,
} from "./backend-answer.ts";
import { UplinkError } from "./uplink.ts";

/** Of each list; a batch has fewer events, a gateway fewer locks. */
const ITEMS_MAX = 10_000;
const ID_CHARACTERS_MAX = 100;
const CODE_CHARACTERS_MAX = 100;

/**
 * Reads the JSON document with which a backend answers on every uplink (docs/events.md). `name` is the uplink's.
 * Throws UplinkError("malformed") for anything else, unknown members included.
 */
export function readAnswer(name: string, text: string): BackendAnswer {
  try {
    return answerOf(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof Malformed) && !(error instanceof SyntaxError)) throw error;
    const why = error instanceof Malformed ? `: ${error.message}` : "";
    throw new UplinkError("malformed", `${name} answers something else than receipts${why}`, { cause: error });
  }
}

class Malformed extends Error {}

function answerOf(json: unknown): BackendAnswer {
  const { results, durableThrough, rewind, lockReceipts, headsWanted } = membersOf(json, "the answer", [
    "results",
    "durableThrough",
    "rewind",
    "lockReceipts",
    "headsWanted",
  ]);
  return {
    ...(results !== undefined && { results: listOf(results, "results", resultOf) }),
    ...(durableThrough !== undefined && { durableThrough: listOf(durableThrough, "durableThrough", placeOf) }),
    ...(rewind !== undefined && { rewind: listOf(rewind, "rewind", placeOf) }),
    ...(lockReceipts !== undefined && { lockReceipts: listOf(lockReceipts, "lockReceipts", receiptOf) }),
    ...(headsWanted !== undefined && { headsWanted: listOf(headsWanted, "headsWanted", headOf) }),
  };
}

function resultOf(json: unknown, where: string): EventResult {
  const { id, outcome, code } = membersOf(json, where, ["id", "outcome", "code"]);
  const known = EVENT_OUTCOMES.find((one) => one === outcome);
  if (known === undefined) throw new Malformed(`${where}.outcome is none of ${EVENT_OUTCOMES.join(", ")}`);
  return {
    id: textOf(id, `${where}.id`, ID_CHARACTERS_MAX),
    outcome: known,
    ...(code !== undefined && { code: textOf(code, `${where}.code`, CODE_CHARACTERS_MAX) }),
  };
}

function placeOf(json: unknown, where: string): LogPlace {
  const { lockId, generation, seq } = membersOf(json, where, ["lockId", "generation", "seq"]);
  return {
    lockId: lockIdOf(lockId, `${where}.lockId`),
    generation: uintOf(generation, `${where}.generation`),
    seq: uintOf(seq, `${where}.seq`),
  };
}

function headOf(json: unknown, where: string): HeadWanted {
  const { lockId, nonce } = membersOf(json, where, ["lockId", "nonce"]);
  const bytes = bytesOf(nonce, `${where}.nonce`);
  if (bytes.length !== LOG_HEAD_NONCE_BYTES) {
    throw new Malformed(`${where}.nonce has not ${LOG_HEAD_NONCE_BYTES} bytes`);
  }
  return { lockId: lockIdOf(lockId, `${where}.lockId`), nonce: bytes };
}

function receiptOf(json: unknown, where: string): Uint8Array {
  const bytes = bytesOf(json, where);
  if (bytes.length > CBOR_BYTES_MAX) throw new Malformed(`${where} has more than ${CBOR_BYTES_MAX} bytes`);
  return bytes;
}

function membersOf<Name extends string>(json: unknown, where: string, known: readonly Name[]) {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Malformed(`${where} is no object`);
  const stranger = Object.keys(json).find((key) => !(known as readonly string[]).includes(key));
  if (stranger !== undefined) throw new Malformed(`${where} has a member ${JSON.stringify(stranger.slice(0, 40))}`);
  return json as Partial<Record<Name, unknown>>;
}

function listOf<T>(json: unknown, where: string, itemOf: (json: unknown, where: string) => T): T[] {
  if (!Array.isArray(json)) throw new Malformed(`${where} is no list`);
  if (json.length > ITEMS_MAX) throw new Malformed(`${where} has more than ${ITEMS_MAX} items`);
  return json.map((item, index) => itemOf(item, `${where}[${index}]`));
}

function textOf(json: unknown, where: string, charactersMax: number): string {
  if (typeof json === "string" && json !== "" && json.length <= charactersMax) return json;
  throw new Malformed(`${where} is no text of 1 to ${charactersMax} characters`);
}

function lockIdOf(json: unknown, where: string): string {
  if (typeof json === "string" && /^[0-9a-f]{16}$/.test(json)) return json;
  throw new Malformed(`${where} is not 16 lower-case hexadecimal digits`);
}

function uintOf(json: unknown, where: string): number {
  if (typeof json === "number" && Number.isInteger(json) && json >= 0 && json <= UINT_MAX) return json;
  throw new Malformed(`${where} is no whole number from 0 to ${UINT_MAX}`);
}

function bytesOf(json: unknown, where: string): Uint8Array {
  const bytes = Buffer.from(typeof json === "string" ? json : "", "base64");
  // Buffer takes any text; only what is written the one right way comes out as it went in.
  if (bytes.length === 0 || bytes.toString("base64") !== json) throw new Malformed(`${where} is not base64`);
  return new Uint8Array(bytes);
}
