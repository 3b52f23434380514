import { existsSync, readFileSync } from "node:fs";
import { fromHex } from "../../protocol/wire/bytes.ts";
import type { Target } from "./engine/target.ts";
import { judge, type Verdict } from "./engine/verdict.ts";

/** The bytes of a file, or what the hexadecimal text says. Throws RangeError if it is neither. */
export function replayInput(hexOrFile: string): Uint8Array {
  return existsSync(hexOrFile) ? new Uint8Array(readFileSync(hexOrFile)) : fromHex(hexOrFile);
}

/** Runs one input against a target that has run nothing before. */
export async function replay(target: Target, input: Uint8Array): Promise<Verdict> {
  const opened = await target.open();
  try {
    return await judge(target, opened.execute, input);
  } finally {
    await opened.close?.();
  }
}
