import type { Command } from "commander";
import { contextOf } from "../command-context.ts";
import type { CliIo } from "../io.ts";

export function addExportCommand(program: Command, io: CliIo): void {
  program
    .command("export")
    .description("Writes all that is kept of the locks' logs to stdout, in a form that `portvakt verify` checks.")
    .option("--lock <id>", "of this lock alone")
    .action(async (options: { lock?: string }, command: Command) => {
      const { client } = contextOf(command, io);
      const query = options.lock === undefined ? "" : `?lockId=${encodeURIComponent(options.lock.toLowerCase())}`;
      for await (const chunk of client.stream(`/events/export${query}`)) await io.write(chunk);
    });
}
