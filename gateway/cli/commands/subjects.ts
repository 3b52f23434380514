import type { Command } from "commander";
import { contextOf } from "../command-context.ts";
import type { CliIo } from "../io.ts";

export function addSubjectCommands(program: Command, io: CliIo): void {
  const subject = program
    .command("subject")
    .description("Shows and erases what is kept about one person; `grant list --json` tells whose pseudonym is whose.");
  subject
    .command("export")
    .description("Shows all that is kept about one person, as JSON.")
    .argument("<subject>", "the pseudonym, 16 hexadecimal digits")
    .action(async (id: string, _options: object, command: Command) => {
      const found = await contextOf(command, io).client.get<object>(`/subjects/${addressOf(id)}`);
      io.out(JSON.stringify(found, undefined, 2));
    });
  subject
    .command("erase")
    .description("Erases one person for good; refused while a grant of theirs is in force.")
    .argument("<subject>", "the pseudonym, 16 hexadecimal digits")
    .action(async (id: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      await client.delete(`/subjects/${addressOf(id)}`);
      if (!json) io.out(`Nothing is kept about ${id.toLowerCase()} any more.`);
    });
}

function addressOf(id: string): string {
  return encodeURIComponent(id.toLowerCase());
}
