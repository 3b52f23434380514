import type { Command } from "commander";
import type { AuditEntryJson } from "../../api/routes/audit.ts";
import { contextOf } from "../command-context.ts";
import type { CliIo } from "../io.ts";
import { allItems } from "../pages.ts";
import { plainTime, table } from "../text.ts";

export function addAuditCommand(program: Command, io: CliIo): void {
  program
    .command("audit")
    .description("Shows who asked for which change over the API, and what came of it. Needs an admin's token.")
    .action(async (_options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const entries: AuditEntryJson[] = [];
      for await (const one of allItems<AuditEntryJson>(client, "/audit?limit=1000")) entries.push(one);
      const lines = json ? entries.map((one) => JSON.stringify(one)) : table(HEADINGS, entries.map(cells));
      for (const line of lines) io.out(line);
    });
}

const HEADINGS = ["WHEN (UTC)", "TOKEN", "ROLE", "WHAT", "OUTCOME", "OBJECT"];

function cells({ at, tokenId, role, operation, object, status, problem }: AuditEntryJson): string[] {
  const named = Object.entries(object).map(([name, value]) => `${name}=${value}`);
  return [plainTime(at), tokenId, role, operation, problem ?? String(status), named.join(" ")];
}
