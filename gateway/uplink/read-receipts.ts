import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import { UplinkError, type UplinkReceipt } from "./uplink.ts";

/** Reads `{"receipts":[{"lockId","generation","durableThrough"}]}`. Throws UplinkError("malformed"). */
export function readReceipts(name: string, body: string): UplinkReceipt[] {
  const answer = parseJson(body);
  const receipts = isObject(answer) ? answer.receipts : undefined;
  if (!Array.isArray(receipts) || !receipts.every(isReceipt)) {
    throw new UplinkError("malformed", `${name} answers something else than receipts`);
  }
  return receipts.map(({ lockId, generation, durableThrough }) => ({ lockId, generation, durableThrough }));
}

function isReceipt(value: unknown): value is UplinkReceipt {
  return (
    isObject(value) && typeof value.lockId === "string" && isUint(value.generation) && isUint(value.durableThrough)
  );
}

function isUint(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= UINT_MAX;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
