import type { Bug } from "./bug.ts";
import { DECISION_BUGS } from "./decision-bugs.ts";
import { GATEWAY_BUGS } from "./gateway-bugs.ts";
import { LOCK_BUGS } from "./lock-bugs.ts";

export const BUGS: readonly Bug[] = [...LOCK_BUGS, ...DECISION_BUGS, ...GATEWAY_BUGS];
