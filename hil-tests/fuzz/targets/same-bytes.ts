import assert from "node:assert/strict";
import { equalBytes, toHex } from "../../../protocol/wire/bytes.ts";

/** Whatever decodes is written again byte for byte: there is one form of everything. */
export function assertSameBytes(again: Uint8Array, input: Uint8Array): void {
  if (!equalBytes(again, input)) assert.fail(`decoded ${toHex(input)} but encoded ${toHex(again)}`);
}
