import type { Command } from "commander";
import type { GrantJson } from "../../api/grant-view.ts";
import { type CommandContext, contextOf } from "../command-context.ts";
import type { CliIo } from "../io.ts";
import { allItems } from "../pages.ts";
import { relativeTime, table } from "../text.ts";

export function addGrantCommands(program: Command, io: CliIo): void {
  const grant = program.command("grant").description("Gives, shows and revokes rights.");
  grant
    .command("add")
    .description("Gives the holder of a key a right at some locks.")
    .requiredOption("--lock <id...>", "the locks")
    .requiredOption("--key <hex>", "the holder's public key: a compressed P-256 point, 66 hexadecimal digits")
    .option("--right <name...>", "unlock, lock, hold, overridesPrivacy, courier, essential", ["unlock"])
    .option("--not-after <time>", "the end, like 2027-01-31T18:00:00Z; needed unless the right is essential")
    .option("--not-before <time>", "the beginning")
    .option("--uses <count>", "how often, at each lock")
    .option("--name <text>", "for people; never sent to a lock")
    .option("--id <hex>", "an id of your own, 16 hexadecimal digits")
    .option("--subject <hex>", "a pseudonym of your own, 16 hexadecimal digits")
    .action(async (options: AddOptions, command: Command) => {
      await add(options, contextOf(command, io));
    });
  grant
    .command("list")
    .description("Shows all grants, revoked ones included.")
    .action(async (_options: object, command: Command) => {
      await list(contextOf(command, io));
    });
  grant
    .command("revoke")
    .description("Revokes a grant for good.")
    .argument("<id>", "the grant's id")
    .action(async (id: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      await client.delete(`/grants/${encodeURIComponent(id.toLowerCase())}`);
      if (!json) io.out(`Revoked ${id.toLowerCase()}. Its locks refuse it as soon as they have their next roster.`);
    });
}

interface AddOptions {
  lock: string[];
  key: string;
  right: string[];
  notAfter?: string;
  notBefore?: string;
  uses?: string;
  name?: string;
  id?: string;
  subject?: string;
}

async function add(options: AddOptions, { client, io, json }: CommandContext): Promise<void> {
  const { lock, key, right, uses, id, subject, ...asTheyAre } = options;
  const grant = await client.post<GrantJson>("/grants", {
    ...asTheyAre,
    locks: lock.map((lockId) => lockId.toLowerCase()),
    publicKey: key.toLowerCase(),
    rights: right,
    ...(uses !== undefined && { uses: Number(uses) }),
    ...(id !== undefined && { id: id.toLowerCase() }),
    ...(subject !== undefined && { subject: subject.toLowerCase() }),
  });
  io.out(
    json ? JSON.stringify(grant) : `Granted ${grant.id}: ${grant.rights.join(", ")} at ${grant.locks.join(", ")}.`,
  );
}

async function list({ client, io, json }: CommandContext): Promise<void> {
  const grants: GrantJson[] = [];
  for await (const grant of allItems<GrantJson>(client, "/grants")) grants.push(grant);
  if (json) for (const grant of grants) io.out(JSON.stringify(grant));
  else if (grants.length === 0) io.out("No grants yet. Give one with: portvakt grant add --lock ID --key HEX …");
  else
    for (const line of table(
      HEADINGS,
      grants.map((grant) => cells(grant, io.clock.wallMs())),
    ))
      io.out(line);
}

const HEADINGS = ["GRANT", "NAME", "RIGHTS", "ENDS", "LOCKS"];

function cells(grant: GrantJson, nowMs: number): string[] {
  return [
    grant.id,
    grant.name ?? "–",
    grant.rights.join(", "),
    grant.revokedAt
      ? `revoked ${relativeTime(grant.revokedAt, nowMs)}`
      : grant.notAfter
        ? relativeTime(grant.notAfter, nowMs)
        : "never",
    grant.locks.join(", "),
  ];
}
