import type { Attack } from "./attack.ts";
import { CLOCKS } from "./attacks/clocks.ts";
import { KEYS } from "./attacks/keys.ts";
import { REPLAYS } from "./attacks/replays.ts";
import { ROSTERS } from "./attacks/rosters.ts";

/** Everything that the thief tries. */
export const ATTACKS: readonly Attack[] = [...REPLAYS, ...KEYS, ...ROSTERS, ...CLOCKS];
