import type { Command } from "commander";
import type { GroupJson } from "../../api/routes/groups.ts";
import type { CommandContext, RunCommand } from "../command-context.ts";
import { allItems } from "../pages.ts";
import { table } from "../text.ts";

export function addGroupCommands(program: Command, run: RunCommand): void {
  const group = program.command("group").description("Puts locks together, so that grants can name them as one.");
  group
    .command("add")
    .description("Makes a group.")
    .argument("<name>", "what it is called, like laundry")
    .option("--lock <id...>", "its locks", [])
    .action((name: string, options: { lock: string[] }, command: Command) =>
      run(command, async ({ client, io, json }) => {
        const locks = options.lock.map((lockId) => lockId.toLowerCase());
        const made = await client.post<GroupJson>("/groups", { name, locks });
        io.out(json ? JSON.stringify(made) : `Made ${made.groupId}: ${groupWords(made)}.`);
      }),
    );
  group
    .command("set")
    .description("Gives a group other locks: those that come in get its grants, those left out lose them.")
    .argument("<id>", "the group's id")
    .requiredOption("--name <name>", "what it is called")
    .requiredOption("--lock <id...>", "all its locks")
    .action((id: string, options: { name: string; lock: string[] }, command: Command) =>
      run(command, async ({ client, io, json }) => {
        const locks = options.lock.map((lockId) => lockId.toLowerCase());
        const path = `/groups/${encodeURIComponent(id.toLowerCase())}`;
        const now = await client.put<GroupJson>(path, { name: options.name, locks });
        io.out(json ? JSON.stringify(now) : `${now.groupId} is ${groupWords(now)}.`);
      }),
    );
  group
    .command("list")
    .description("Shows the groups.")
    .action((_options: object, command: Command) => run(command, list));
  group
    .command("remove")
    .description("Dissolves a group for which there are no grants.")
    .argument("<id>", "the group's id")
    .action((id: string, _options: object, command: Command) =>
      run(command, async ({ client, io, json }) => {
        await client.delete(`/groups/${encodeURIComponent(id.toLowerCase())}`);
        if (!json) io.out(`Dissolved ${id.toLowerCase()}.`);
      }),
    );
}

async function list({ client, io, json }: CommandContext): Promise<void> {
  const groups: GroupJson[] = [];
  for await (const one of allItems<GroupJson>(client, "/groups")) groups.push(one);
  const rows = groups.map(({ groupId, name, locks }) => [groupId, name, locks.join(", ")]);
  if (groups.length === 0 && !json) return io.out("No groups yet. Make one with: group add NAME --lock ID …");
  for (const line of json ? groups.map((one) => JSON.stringify(one)) : table(["GROUP", "NAME", "LOCKS"], rows)) {
    io.out(line);
  }
}

function groupWords({ name, locks }: GroupJson): string {
  return `${name}, ${locks.length} ${locks.length === 1 ? "lock" : "locks"}`;
}
