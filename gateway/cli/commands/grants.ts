import type { Command } from "commander";
import type { GrantJson } from "../../api/grant-view.ts";
import type { CredentialRequest, GrantRequest, RightName } from "../../rights/grant-request.ts";
import type { DayName } from "../../rights/schedule-words.ts";
import { type CommandContext, contextOf } from "../command-context.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import { factLines } from "../facts.ts";
import { type Hours, parseDays, parseHours, scheduleOf } from "../grant-options.ts";
import { grantWords, placeWords } from "../grant-words.ts";
import type { CliIo } from "../io.ts";
import { allItems } from "../pages.ts";
import { relativeTime, table } from "../text.ts";

const TIME_EXAMPLE = "2027-06-30T18:00:00+02:00";

export function addGrantCommands(program: Command, io: CliIo): void {
  const grant = program.command("grant").description("Gives, shows and revokes rights.");
  grant
    .command("add")
    .description("Gives somebody a right at some locks: who, where, when, and with what.")
    .option("--name <text>", "who, for people; never sent to a lock")
    .option("--lock <id...>", "the locks")
    .option("--group <name...>", "groups of locks, by name or id")
    .option("--days <days>", "on these days alone, like mon-fri,holiday", parseDays)
    .option("--hours <range>", "in these hours alone, like 08:00-17:00; may be repeated", parseHours)
    .option("--from <time>", `the beginning, like ${TIME_EXAMPLE}`)
    .option("--until <time>", "the end; needed unless the right is essential")
    .option("--key <hex>", "with a key: the bearer's compressed P-256 point, 66 hexadecimal digits")
    .option("--tag <uid...>", "with tags: their numbers, 14 hexadecimal digits")
    .option("--pin [digits]", "with a PIN: 6 to 12 digits, or drawn at random")
    .option("--require <count>", "how many different kinds of these must be shown", Number)
    .option("--right <name...>", "unlock, lock, hold, overridesPrivacy, courier, essential", ["unlock"])
    .option("--uses <count>", "how often, at each lock", Number)
    .option("--id <hex>", "an id of your own, 16 hexadecimal digits: asking again changes nothing")
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
    .command("show")
    .description("Shows all about one grant.")
    .argument("<id>", "the grant's id")
    .action(async (id: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const found = await client.get<GrantJson>(`/grants/${encodeURIComponent(id.toLowerCase())}`);
      for (const line of json ? [JSON.stringify(found)] : grantLines(found, io.clock.wallMs())) io.out(line);
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
  name?: string;
  lock?: string[];
  group?: string[];
  days?: DayName[];
  hours?: Hours[];
  from?: string;
  until?: string;
  key?: string;
  tag?: string[];
  /** True without digits. */
  pin?: string | true;
  require?: 1 | 2 | 3;
  right: RightName[];
  uses?: number;
  id?: string;
  subject?: string;
}

async function add(options: AddOptions, { client, io, json }: CommandContext): Promise<void> {
  const grant = await client.post<GrantJson>("/grants", requestOf(options));
  if (json) {
    io.out(JSON.stringify(grant));
    return;
  }
  io.out(`Granted ${grant.id} at ${placeWords(grant)}: ${grantWords(grant)}.`);
  const pin = grant.with.find(({ digits }) => digits !== undefined);
  if (pin) io.out(`The PIN is ${pin.digits}. It is shown this once.`);
}

function requestOf(options: AddOptions): GrantRequest {
  const { lock, group, days, hours, key, tag, pin, right, id, subject, ...asTheyAre } = options;
  const schedule = scheduleOf(days, hours);
  return {
    ...asTheyAre,
    ...(lock && { locks: lock.map((lockId) => lockId.toLowerCase()) }),
    ...(group && { groups: group }),
    ...(schedule && { schedule }),
    with: credentialsOf(options),
    rights: right,
    ...(id !== undefined && { id: id.toLowerCase() }),
    ...(subject !== undefined && { subject: subject.toLowerCase() }),
  };
}

function credentialsOf({ key, tag = [], pin }: AddOptions): CredentialRequest[] {
  const credentials: CredentialRequest[] = tag.map((uid) => ({ kind: "tag", uid: uid.toLowerCase() }));
  if (key !== undefined) credentials.unshift({ kind: "key", publicKey: key.toLowerCase() });
  if (pin !== undefined) credentials.push({ kind: "pin", ...(pin !== true && { digits: pin }) });
  if (credentials.length > 0) return credentials;
  throw new CliError(ExitCode.usage, "say what is to be shown at the lock: --key, --tag or --pin");
}

async function list({ client, io, json }: CommandContext): Promise<void> {
  const grants: GrantJson[] = [];
  for await (const grant of allItems<GrantJson>(client, "/grants")) grants.push(grant);
  if (json) for (const grant of grants) io.out(JSON.stringify(grant));
  else if (grants.length === 0) io.out("No grants yet. Give one with: portvakt grant add --lock ID --pin …");
  else {
    const nowMs = io.clock.wallMs();
    const rows = grants.map((grant) => [
      grant.id,
      grant.name ?? "–",
      stateWords(grant, nowMs),
      placeWords(grant),
      grantWords(grant),
    ]);
    for (const line of table(["GRANT", "NAME", "STATE", "WHERE", "WHAT"], rows)) io.out(line);
  }
}

function grantLines(grant: GrantJson, nowMs: number): string[] {
  return factLines([
    ["Grant", grant.id],
    ["Name", grant.name ?? "–"],
    ["Subject", grant.subject],
    ["State", stateWords(grant, nowMs)],
    ["Where", placeWords(grant)],
    ["What", grantWords(grant)],
    ...grant.with.flatMap(({ publicKey, uid }): [string, string][] => {
      if (publicKey !== undefined) return [["Key", publicKey]];
      return uid === undefined ? [] : [["Tag", uid]];
    }),
    ["Given", relativeTime(grant.createdAt, nowMs)],
    ["Document", grant.document],
  ]);
}

function stateWords({ revokedAt, from, until }: GrantJson, nowMs: number): string {
  if (revokedAt) return `revoked ${relativeTime(revokedAt, nowMs)}`;
  if (from && Date.parse(from) > nowMs) return `begins ${relativeTime(from, nowMs)}`;
  if (!until) return "good";
  return `${Date.parse(until) > nowMs ? "ends" : "ended"} ${relativeTime(until, nowMs)}`;
}
