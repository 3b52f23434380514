import type { Command } from "commander";
import { delay } from "../../../protocol/clock.ts";
import type { EventJson } from "../../api/event-view.ts";
import { type CommandContext, contextOf } from "../command-context.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import type { CliIo } from "../io.ts";
import { plainTime } from "../text.ts";

const POLL_MS = 500;
/** Of "2027-01-07 12:00:00?". */
const TIME_WIDTH = 20;

interface EventPage {
  items: EventJson[];
  next: string;
}

export function addEventsCommand(program: Command, io: CliIo): void {
  program
    .command("events")
    .description("Shows the events of all locks, in the order in which they became safe here. Times are UTC.")
    .option("--after <cursor>", "only those after this one")
    .option("--follow", "go on with new ones until interrupted")
    .action(async (options: { after?: string; follow?: boolean }, command: Command) => {
      const context = contextOf(command, io);
      let after = await show(context, options.after);
      while (options.follow) {
        await delay(io.clock, POLL_MS);
        after = await showWhenReachable(context, after);
      }
    });
}

/** Shows all there is after the cursor; returns where to go on. */
async function show({ client, io, json }: CommandContext, after: string | undefined): Promise<string> {
  for (let cursor = after; ; ) {
    const query = cursor === undefined ? "" : `?after=${encodeURIComponent(cursor)}`;
    const { items, next } = await client.get<EventPage>(`/events${query}`);
    for (const event of items) io.out(json ? JSON.stringify(event) : eventLine(event));
    if (items.length === 0) return next;
    cursor = next;
  }
}

/** Somebody who follows wants to go on when the daemon is back. */
async function showWhenReachable(context: CommandContext, after: string): Promise<string> {
  for (let told = false; ; told = true) {
    try {
      return await show(context, after);
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== ExitCode.notRunning) throw error;
      if (!told) context.io.err(`${error.message}; waiting for it`);
      await delay(context.io.clock, POLL_MS);
    }
  }
}

function eventLine(event: EventJson): string {
  return `${timeOf(event).padEnd(TIME_WIDTH)} ${event.lockId}  ${String(event.seq).padStart(5)}  ${whatHappened(event)}`;
}

/** With a question mark if the lock's clock was uncertain; a clock that nobody ever set begins at 1970. */
function timeOf({ time, receivedAt, timeUncertain }: EventJson): string {
  if (!timeUncertain) return plainTime(time ?? receivedAt);
  return time?.startsWith("1970") ? "clock not set yet" : `${plainTime(time ?? receivedAt)}?`;
}

function whatHappened(event: EventJson): string {
  switch (event.kind) {
    case "record":
      return [
        event.event ?? `record of an unknown type`,
        event.reason && `: ${event.reason}`,
        event.byHand && ", by hand",
        event.grantId && `, grant ${event.grantId}`,
      ]
        .filter((part) => part !== undefined && part !== false)
        .join("");
    case "head":
      return "head of the log, signed by the lock";
    case "gap":
      return `events ${event.seq} to ${event.toSeq} are missing`;
    case "lost":
      return `events ${event.seq} to ${event.toSeq} were lost here: ${event.cause}`;
  }
}
