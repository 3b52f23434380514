import type { Command } from "commander";
import type { OutboxJson, SetAsideJson } from "../../api/routes/outbox.ts";
import { type CommandContext, contextOf } from "../command-context.ts";
import { factLines } from "../facts.ts";
import type { CliIo } from "../io.ts";
import { allItems } from "../pages.ts";
import { countOf } from "../text.ts";

export function addOutboxCommand(program: Command, io: CliIo): void {
  const outbox = program
    .command("outbox")
    .description("Shows what is on its way to the backend, and the events that it refused.")
    .action(async (_options: object, command: Command) => show(contextOf(command, io)));
  outbox
    .command("retry")
    .description("Sends an event once more that was set aside.")
    .argument("<number>", "the event's number, as outbox shows it")
    .action(async (cursor: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const event = await client.post<SetAsideJson>(`${pathOf(cursor)}/retries`, {});
      io.out(json ? JSON.stringify(event) : `${event.id} is sent once more.`);
    });
  outbox
    .command("drop")
    .description("Gives up an event that was set aside: the backend will never get it.")
    .argument("<number>", "the event's number, as outbox shows it")
    .action(async (cursor: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      await client.delete(pathOf(cursor));
      if (!json) io.out(`Event ${cursor} is given up.`);
    });
}

async function show({ client, io, json }: CommandContext): Promise<void> {
  const outbox = await client.get<OutboxJson>("/outbox");
  const setAside: SetAsideJson[] = [];
  for await (const event of allItems<SetAsideJson>(client, "/outbox/set-aside")) setAside.push(event);
  if (json) {
    io.out(JSON.stringify({ ...outbox, setAsideEvents: setAside }));
    return;
  }
  const facts = factLines([
    ["Delivery", outbox.sentence],
    ["Waiting", `${countOf(outbox.waiting, "event")} of ${countOf(outbox.locks.length, "lock")}`],
    ["Set aside", String(outbox.setAside)],
    ...(outbox.isStoreShort ? [["Store", "nearly full: the configuration can not be changed"] as const] : []),
  ]);
  for (const line of facts) io.out(line);
  for (const { cursor, id, state, why } of setAside) {
    io.out(`${cursor}  ${id}  ${state === "retry" ? "is sent once more" : why}`);
  }
}

function pathOf(cursor: string): string {
  return `/outbox/set-aside/${encodeURIComponent(cursor)}`;
}
