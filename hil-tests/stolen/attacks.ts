import type { Attack } from "./attack.ts";
import { BACKENDS } from "./attacks/backends.ts";
import { CLOCKS } from "./attacks/clocks.ts";
import { DISGUISES } from "./attacks/disguises.ts";
import { FORGERIES } from "./attacks/forgeries.ts";
import { KEYS } from "./attacks/keys.ts";
import { LOAD } from "./attacks/load.ts";
import { LOGS } from "./attacks/logs.ts";
import { ORDERS } from "./attacks/orders.ts";
import { PAIRING } from "./attacks/pairing.ts";
import { REPLAYS } from "./attacks/replays.ts";
import { REPORTS } from "./attacks/reports.ts";
import { RIGHTS } from "./attacks/rights.ts";
import { ROSTERS } from "./attacks/rosters.ts";

/** Everything that the thief tries. */
export const ATTACKS: readonly Attack[] = [
  ...REPLAYS,
  ...KEYS,
  ...ORDERS,
  ...FORGERIES,
  ...RIGHTS,
  ...ROSTERS,
  ...CLOCKS,
  ...PAIRING,
  ...LOGS,
  ...BACKENDS,
  ...LOAD,
  ...DISGUISES,
  ...REPORTS,
];
