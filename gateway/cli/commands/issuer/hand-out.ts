import type { Command } from "commander";
import { CliError, ExitCode } from "../../exit-code.ts";
import type { RunOfficeCommand } from "./office-context.ts";

export function addHandOutCommands(issuer: Command, run: RunOfficeCommand): void {
  const handOut = issuer
    .command("hand-out")
    .description("Carried grants whose bearers have to be given them, for the first time or again.");
  handOut
    .command("list")
    .description("Shows them as JSON, one to a line: id, subject, and the document in base64.")
    .action((_options: object, command: Command) =>
      run(command, async ({ office, io }) => {
        for (const { id, subject, name, document } of office.rights.grantStore.toHandOut()) {
          io.out(JSON.stringify({ id, subject, name, document: Buffer.from(document).toString("base64") }));
        }
      }),
    );
  handOut
    .command("done")
    .description("Says that their bearers have them now.")
    .argument("<grants...>", "their ids")
    .action((ids: string[], _options: object, command: Command) =>
      run(command, async ({ office, io, json }) => {
        for (const id of ids) {
          const isThere = await office.rights.grants.handedOut(id.toLowerCase());
          if (!isThere) throw new CliError(ExitCode.failed, `there is no grant ${id}`);
          if (!json) io.out(`${id.toLowerCase()} is with its bearer.`);
        }
      }),
    );
}
