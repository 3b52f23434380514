import { readFileSync } from "node:fs";
import { fromHex } from "../wire/bytes.ts";

/**
 * One group of lk1.json: bytes of LK1 made by an independent implementation. The caller names the shape of what it
 * reads; byte strings are hexadecimal, see `hex`.
 */
export function lk1Vectors<Group>(name: string): Group {
  const group = groups[name];
  if (group === undefined) throw new RangeError(`lk1.json has no group ${name}`);
  return group as Group;
}

export { fromHex as hex };

const groups: Record<string, unknown> = JSON.parse(
  readFileSync(new URL(import.meta.resolve("#lk1-vectors")), "utf8"),
).groups;
