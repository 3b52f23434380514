import type { Row } from "./row.ts";
import { ble } from "./rows/ble.ts";
import { cpu } from "./rows/cpu.ts";
import { crypto } from "./rows/crypto.ts";
import { decision } from "./rows/decision.ts";
import { drain } from "./rows/drain.ts";
import { drainMqtt } from "./rows/drain-mqtt.ts";
import { drainNats } from "./rows/drain-nats.ts";
import { events } from "./rows/events.ts";
import { issuer } from "./rows/issuer.ts";
import { locks } from "./rows/locks.ts";
import { memory } from "./rows/memory.ts";
import { pairing } from "./rows/pairing.ts";
import { reconcile } from "./rows/reconcile.ts";
import { sessions } from "./rows/sessions.ts";
import { startUp } from "./rows/start-up.ts";
import { unlocks } from "./rows/unlocks.ts";
import { wire } from "./rows/wire.ts";

/** In the order of the table. */
export const ROWS: readonly Row[] = [
  wire,
  unlocks,
  sessions,
  ble,
  cpu,
  pairing,
  reconcile,
  events,
  drain,
  ...whereInstalled(drainMqtt()),
  ...whereInstalled(drainNats()),
  locks,
  decision,
  issuer,
  memory,
  startUp,
  crypto,
];

/** A server that is not there is not measured. */
function whereInstalled(row: Row | undefined): Row[] {
  return row ? [row] : [];
}
