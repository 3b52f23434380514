import { lk1Vectors } from "../../../protocol/testing/lk1-vectors.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";

const BYTES_MIN = 2;

/** Every byte string that stands anywhere in a group of lk1.json, good ones and those that must be refused. */
export function lk1Seeds(group: string): Uint8Array[] {
  return [...hexTextsIn(lk1Vectors<unknown>(group))].map(fromHex);
}

function* hexTextsIn(value: unknown): Generator<string> {
  if (typeof value === "string") {
    if (value.length >= 2 * BYTES_MIN && /^(?:[0-9a-f]{2})+$/.test(value)) yield value;
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) yield* hexTextsIn(inner);
  }
}
