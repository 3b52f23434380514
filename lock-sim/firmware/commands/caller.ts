import type { Command } from "../../../protocol/wire/commands.ts";
import type { Challenge } from "../challenge.ts";
import type { Session } from "../connections.ts";
import type { Counter } from "../slots.ts";
import { unreachable } from "../unreachable.ts";

/** Who sends a command, and what its orders must name. */
export interface Caller {
  /** NO_SLOT for a bearer. */
  readonly slot: number;
  readonly challenge: Challenge;
  /** There if an S1 brought the command. */
  readonly counter?: Counter;
  /** There in PASS. */
  readonly bearer?: Extract<Session, { kind: "pass" }>;
}

/**
 * Which commands are answered at all (protocol.md §5): to a gateway all; to a bearer ACT and a time token; to a
 * courier, besides, what it takes to carry rosters in and events out.
 */
export function mayAsk({ bearer }: Caller, command: Command): boolean {
  if (!bearer) return true;
  switch (command.name) {
    case "act":
    case "time":
      return true;
    case "status":
    case "readLog":
    case "ackLog":
    case "logHead":
    case "rosterBegin":
    case "grantPut":
    case "rosterCommit":
    case "unpair":
    case "grantList":
    case "grantDrop":
      return bearer.isCourier;
    case "timeHint":
    case "identify":
    case "firmwareBegin":
    case "firmwareBlock":
    case "firmwareApply":
      return false;
    default:
      return unreachable(command);
  }
}
