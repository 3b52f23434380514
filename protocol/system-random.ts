import { randomBytes } from "node:crypto";
import type { Random } from "./random.ts";

/** The machine's random generator. Only `main.ts` files import this; everything else is handed a Random. */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
};
