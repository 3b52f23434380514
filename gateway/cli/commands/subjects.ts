import type { Command } from "commander";
import type { RunCommand } from "../command-context.ts";

export function addSubjectCommands(program: Command, run: RunCommand): void {
  const subject = program
    .command("subject")
    .description("Shows and erases what is kept about one person; `grant list --json` tells whose pseudonym is whose.");
  subject
    .command("export")
    .description("Shows all that is kept about one person, as JSON.")
    .argument("<subject>", "the pseudonym, 16 hexadecimal digits")
    .action((id: string, _options: object, command: Command) =>
      run(command, async ({ client, io }) => {
        const found = await client.get<object>(`/subjects/${addressOf(id)}`);
        io.out(JSON.stringify(found, undefined, 2));
      }),
    );
  subject
    .command("erase")
    .description("Erases one person for good; refused while a grant of theirs is in force.")
    .argument("<subject>", "the pseudonym, 16 hexadecimal digits")
    .action((id: string, _options: object, command: Command) =>
      run(command, async ({ client, io, json }) => {
        await client.delete(`/subjects/${addressOf(id)}`);
        if (!json) io.out(`Nothing is kept about ${id.toLowerCase()} any more.`);
      }),
    );
}

function addressOf(id: string): string {
  return encodeURIComponent(id.toLowerCase());
}
