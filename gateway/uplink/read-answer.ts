import { CBOR_BYTES_MAX } from "../../protocol/wire/cbor.ts";
import { LOG_HEAD_NONCE_BYTES } from "../../protocol/wire/commands.ts";
import { readBundle } from "../fleet/read-bundle.ts";
import {
  type BackendAnswer,
  EVENT_OUTCOMES,
  type EventResult,
  type HeadWanted,
  type LogPlace,
} from "./backend-answer.ts";
import { bytesOf, idOf, listOf, MalformedJson, membersOf, textOf, uintOf } from "./strict-json.ts";
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
    if (!(error instanceof MalformedJson) && !(error instanceof SyntaxError)) throw error;
    const why = error instanceof MalformedJson ? `: ${error.message}` : "";
    throw new UplinkError("malformed", `${name} answers something else than receipts${why}`, { cause: error });
  }
}

function answerOf(json: unknown): BackendAnswer {
  const { results, durableThrough, rewind, lockReceipts, headsWanted, documents } = membersOf(json, "the answer", [
    "results",
    "durableThrough",
    "rewind",
    "lockReceipts",
    "headsWanted",
    "documents",
  ]);
  const items = <T>(list: unknown, name: string, itemOf: (json: unknown, where: string) => T) =>
    listOf(list, name, ITEMS_MAX, itemOf);
  return {
    ...(results !== undefined && { results: items(results, "results", resultOf) }),
    ...(durableThrough !== undefined && { durableThrough: items(durableThrough, "durableThrough", placeOf) }),
    ...(rewind !== undefined && { rewind: items(rewind, "rewind", placeOf) }),
    ...(lockReceipts !== undefined && { lockReceipts: items(lockReceipts, "lockReceipts", receiptOf) }),
    ...(headsWanted !== undefined && { headsWanted: items(headsWanted, "headsWanted", headOf) }),
    ...(documents !== undefined && { documents: readBundle(documents) }),
  };
}

function resultOf(json: unknown, where: string): EventResult {
  const { id, outcome, code } = membersOf(json, where, ["id", "outcome", "code"]);
  const known = EVENT_OUTCOMES.find((one) => one === outcome);
  if (known === undefined) throw new MalformedJson(`${where}.outcome is none of ${EVENT_OUTCOMES.join(", ")}`);
  return {
    id: textOf(id, `${where}.id`, ID_CHARACTERS_MAX),
    outcome: known,
    ...(code !== undefined && { code: textOf(code, `${where}.code`, CODE_CHARACTERS_MAX) }),
  };
}

function placeOf(json: unknown, where: string): LogPlace {
  const { lockId, generation, seq } = membersOf(json, where, ["lockId", "generation", "seq"]);
  return {
    lockId: idOf(lockId, `${where}.lockId`),
    generation: uintOf(generation, `${where}.generation`),
    seq: uintOf(seq, `${where}.seq`),
  };
}

function headOf(json: unknown, where: string): HeadWanted {
  const { lockId, nonce } = membersOf(json, where, ["lockId", "nonce"]);
  const bytes = bytesOf(nonce, `${where}.nonce`, CBOR_BYTES_MAX);
  if (bytes.length !== LOG_HEAD_NONCE_BYTES) {
    throw new MalformedJson(`${where}.nonce has not ${LOG_HEAD_NONCE_BYTES} bytes`);
  }
  return { lockId: idOf(lockId, `${where}.lockId`), nonce: bytes };
}

function receiptOf(json: unknown, where: string): Uint8Array {
  return bytesOf(json, where, CBOR_BYTES_MAX);
}
