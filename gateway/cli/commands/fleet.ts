import type { Command } from "commander";
import type { DocumentResultJson } from "../../api/document-results-view.ts";
import type { FleetJson, ReportsJson } from "../../api/routes/fleet.ts";
import type { HeldRosterJson } from "../../api/routes/held-rosters.ts";
import { type CommandContext, contextOf } from "../command-context.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import { factLines } from "../facts.ts";
import type { CliIo } from "../io.ts";
import { countOf, plainTime } from "../text.ts";
import { readInput } from "./issuer/read-input.ts";

/** For a gateway whose issuer is elsewhere (docs/fleet.md). */
export function addFleetCommand(program: Command, io: CliIo): void {
  const fleet = program
    .command("fleet")
    .description("Shows which issuer elsewhere this gateway listens to.")
    .action(async (_options: object, command: Command) => show(contextOf(command, io)));
  fleet
    .command("report")
    .description("Prints what the issuer has to know of the locks: for `portvakt issuer hear`.")
    .action(async (_options: object, command: Command) => {
      io.out(JSON.stringify(await contextOf(command, io).client.get<ReportsJson>("/fleet/reports")));
    });
  fleet
    .command("send")
    .description("Brings what `portvakt issuer documents` has printed: one bundle to a line.")
    .argument("[file]", "- for stdin", "-")
    .action(async (file: string, _options: object, command: Command) => send(file, contextOf(command, io)));
  fleet
    .command("held")
    .description("Shows the roster of a lock that takes away so much that somebody is asked first.")
    .argument("<lock>", "the lock's id")
    .action(async (lockId: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const id = lockId.toLowerCase();
      const held = await client.get<HeldRosterJson>(pathOf(id));
      if (json) return io.out(JSON.stringify(held));
      io.out(`Roster ${held.epoch} takes away ${held.revokes} of ${held.of} grants.`);
      io.out(`It has waited since ${plainTime(held.heldAt)} UTC for: fleet approve ${id}, or fleet discard ${id}`);
    });
  fleet
    .command("approve")
    .description("Lets that roster through to the lock.")
    .argument("<lock>", "the lock's id")
    .action(async (lockId: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const answer = await client.post<{ results: DocumentResultJson[] }>(`${pathOf(lockId)}/approval`, {});
      tell(answer.results, { io, json });
    });
  fleet
    .command("discard")
    .description("Throws that roster away: the lock keeps what it has.")
    .argument("<lock>", "the lock's id")
    .action(async (lockId: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      await client.delete(pathOf(lockId));
      if (!json) io.out("It is thrown away, and held again if the issuer sends it again.");
    });
  fleet
    .command("unpin")
    .description("Listens to whichever issuer with the right key speaks next.")
    .action(async (_options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      await client.delete("/fleet/issuer");
      if (!json) io.out("The next issuer that has signed something is the one.");
    });
}

async function show({ client, io, json }: CommandContext): Promise<void> {
  const fleet = await client.get<FleetJson>("/fleet");
  const facts = factLines([
    ["Gateway", fleet.gatewayId],
    ["Issuer", fleet.issuerId ?? "none has been heard yet"],
    ...fleet.publicKeys.map((key, index) => [index === 0 ? "Key" : "Newer key", key] as const),
  ]);
  for (const line of json ? [JSON.stringify(fleet)] : facts) io.out(line);
}

async function send(file: string, { client, io, json }: CommandContext): Promise<void> {
  const text = Buffer.from(await readInput(file, io)).toString();
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const bundles = lines.map((line, index) => bundleOf(line, index + 1));
  let refused = 0;
  for (const bundle of bundles) {
    const { results } = await client.post<{ results: DocumentResultJson[] }>("/documents", bundle);
    tell(results, { io, json });
    refused += results.filter(({ outcome }) => outcome === "refused").length;
  }
  if (refused > 0) throw new CliError(ExitCode.failed, `the gateway refused ${countOf(refused, "document")}`);
}

function bundleOf(line: string, number: number): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // As a line that is JSON and no object.
  }
  throw new CliError(ExitCode.usage, `line ${number} is no bundle of documents`);
}

function tell(results: readonly DocumentResultJson[], { io, json }: Pick<CommandContext, "io" | "json">): void {
  for (const result of results) {
    const { kind, id, outcome, sentence } = result;
    io.out(json ? JSON.stringify(result) : [kind, id, outcome, sentence].filter(Boolean).join("  "));
  }
}

function pathOf(lockId: string): string {
  return `/locks/${encodeURIComponent(lockId.toLowerCase())}/held-roster`;
}
