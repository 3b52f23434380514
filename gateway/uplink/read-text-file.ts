import { readFileSync } from "node:fs";
import { UplinkError } from "./uplink.ts";

/** Throws UplinkError, which names the file, if it can not be read. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UplinkError("unreachable", `${path} can not be read`, { cause: error });
  }
}
