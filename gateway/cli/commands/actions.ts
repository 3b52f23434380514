import type { Command } from "commander";
import type { ActionJson } from "../../api/action-view.ts";
import type { ActName } from "../../api/services.ts";
import { contextOf } from "../command-context.ts";
import type { CliIo } from "../io.ts";

interface Act {
  action: ActName;
  description: string;
  /** What to say of a lock that has done it. */
  done: string;
}

const ACTS: readonly Act[] = [
  { action: "unlock", description: "Opens a lock; it relocks by itself.", done: "is unlocked" },
  { action: "lock", description: "Throws a lock's bolt.", done: "is locked" },
  { action: "hold", description: "Opens a lock and keeps it open, until end-hold.", done: "is held open" },
  {
    action: "end-hold",
    description: "Lets a lock that is held open relock by itself again.",
    done: "is no longer held open",
  },
];

/** One command for each order: `portvakt unlock LOCK`. */
export function addActionCommands(program: Command, io: CliIo): void {
  for (const { action, description, done } of ACTS) {
    program
      .command(action)
      .description(`${description} Says so only when the lock has done it.`)
      .argument("<lock>", "the lock's id")
      .action(async (lock: string, _options: object, command: Command) => {
        const { client, json } = contextOf(command, io);
        const lockId = lock.toLowerCase();
        const outcome = await client.post<ActionJson>(`/locks/${encodeURIComponent(lockId)}/actions`, { action });
        io.out(json ? JSON.stringify(outcome) : `Lock ${lockId} ${done} (event ${outcome.seq}).`);
      });
  }
}
