import { CBOR_BYTES_MAX } from "../../../protocol/wire/cbor.ts";
import { UINT_MAX } from "../../../protocol/wire/cbor-shape.ts";

/** Room for an order and a grant in base64, and what stands around them. */
const REQUEST_BYTES_MAX = 4 * CBOR_BYTES_MAX;
const ID = /^[\x21-\x7e]{1,64}$/;

/** A bearer's signed order (protocol.md §7), with its grant if the lock may not have it. */
export interface OrderRequest {
  order: Uint8Array;
  grant?: Uint8Array;
}

/** What the gateway's own operator is to do. */
export interface CommandRequest {
  action: "unlock" | "lock";
  /** The same for the same command; without it the correlation data stand for it. */
  id?: string;
  /** Seconds since 1970: it is too late afterwards. */
  notAfter?: number;
}

/** `{"order": base64, "grant"?: base64}`; undefined for anything else. */
export function readOrder(payload: Uint8Array): OrderRequest | undefined {
  const json = membersOf(payload, ["order", "grant"]);
  const order = json && bytesOf(json.order);
  const grant = json && json.grant !== undefined ? bytesOf(json.grant) : undefined;
  if (!order || (json.grant !== undefined && !grant)) return undefined;
  return { order, ...(grant && { grant }) };
}

/** `{"action": "unlock" | "lock", "id"?: text, "notAfter"?: seconds}`; undefined for anything else. */
export function readCommand(payload: Uint8Array): CommandRequest | undefined {
  const json = membersOf(payload, ["action", "id", "notAfter"]);
  if (!json) return undefined;
  const { action, id, notAfter } = json;
  if (action !== "unlock" && action !== "lock") return undefined;
  if (id !== undefined && !(typeof id === "string" && ID.test(id))) return undefined;
  if (notAfter !== undefined && !isUint(notAfter)) return undefined;
  return { action, ...(id !== undefined && { id }), ...(notAfter !== undefined && { notAfter }) };
}

function membersOf<Name extends string>(payload: Uint8Array, known: readonly Name[]) {
  if (payload.length > REQUEST_BYTES_MAX) return undefined;
  const json = parse(payload);
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  if (Object.keys(json).some((key) => !(known as readonly string[]).includes(key))) return undefined;
  return json as Partial<Record<Name, unknown>>;
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

function bytesOf(json: unknown): Uint8Array | undefined {
  const bytes = Buffer.from(typeof json === "string" ? json : "", "base64");
  // Buffer takes any text; only what is written the one right way comes out as it went in.
  const isWhole = bytes.length > 0 && bytes.length <= CBOR_BYTES_MAX && bytes.toString("base64") === json;
  return isWhole ? new Uint8Array(bytes) : undefined;
}

function isUint(json: unknown): json is number {
  return typeof json === "number" && Number.isInteger(json) && json >= 0 && json <= UINT_MAX;
}
