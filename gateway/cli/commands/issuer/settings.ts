import type { Command } from "commander";
import type { RunCommand } from "../../command-context.ts";
import { readJson } from "./read-input.ts";

export function addSettingsCommands(issuer: Command, run: RunCommand): void {
  issuer
    .command("settings")
    .description("Shows how a lock is set, as JSON; or sets it.")
    .argument("<lock>", "its id")
    .option("--set <file>", "all that is to be set there, as JSON; - for stdin")
    .action((lockId: string, options: { set?: string }, command: Command) =>
      run(command, async ({ client, io }) => {
        const path = `/locks/${encodeURIComponent(lockId.toLowerCase())}/settings`;
        const { set } = options;
        const settings = set === undefined ? client.get(path) : client.put(path, (await readJson(set, io)) as object);
        io.out(JSON.stringify(await settings));
      }),
    );
  issuer
    .command("holidays")
    .description("Shows the days on which only windows for holidays hold, as JSON; or sets them all.")
    .argument("[dates...]", "like 2027-12-25")
    .option("--none", "there are none")
    .action((dates: string[], options: { none?: true }, command: Command) =>
      run(command, async ({ client, io }) => {
        const isSet = dates.length > 0 || options.none;
        io.out(JSON.stringify(await (isSet ? client.put("/holidays", { dates }) : client.get("/holidays"))));
      }),
    );
}
