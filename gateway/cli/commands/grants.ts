import type { Command } from "commander";
import type { GrantJson } from "../../api/grant-view.ts";
import type { CommandContext, RunCommand } from "../command-context.ts";
import { factLines } from "../facts.ts";
import { addRequestOptions, type RequestOptions, requestOf } from "../grant-request-options.ts";
import { grantWords, placeWords } from "../grant-words.ts";
import { allItems } from "../pages.ts";
import { relativeTime, table } from "../text.ts";

export function addGrantCommands(program: Command, run: RunCommand): void {
  const grant = program.command("grant").description("Gives, shows and revokes rights.");
  addRequestOptions(grant.command("add"))
    .description("Gives somebody a right at some locks: who, where, when, and with what.")
    .action((options: RequestOptions, command: Command) => run(command, (context) => add(options, context)));
  grant
    .command("list")
    .description("Shows all grants, revoked ones included.")
    .action((_options: object, command: Command) => run(command, list));
  grant
    .command("show")
    .description("Shows all about one grant.")
    .argument("<id>", "the grant's id")
    .action((id: string, _options: object, command: Command) => run(command, (context) => show(id, context)));
  grant
    .command("revoke")
    .description("Revokes a grant for good.")
    .argument("<id>", "the grant's id")
    .action((id: string, _options: object, command: Command) => run(command, (context) => revoke(id, context)));
}

async function add(options: RequestOptions, { client, io, json }: CommandContext): Promise<void> {
  const grant = await client.post<GrantJson>("/grants", requestOf(options));
  if (json) {
    io.out(JSON.stringify(grant));
    return;
  }
  io.out(`Granted ${grant.id} at ${placeWords(grant)}: ${grantWords(grant)}.`);
  const pin = grant.with.find(({ digits }) => digits !== undefined);
  if (pin) io.out(`The PIN is ${pin.digits}. It is shown this once.`);
  if (grant.toHandOut) io.out(`Its bearer needs this document: ${grant.document}`);
}

async function show(id: string, { client, io, json }: CommandContext): Promise<void> {
  const found = await client.get<GrantJson>(`/grants/${encodeURIComponent(id.toLowerCase())}`);
  for (const line of json ? [JSON.stringify(found)] : grantLines(found, io.clock.wallMs())) io.out(line);
}

async function revoke(id: string, { client, io, json }: CommandContext): Promise<void> {
  await client.delete(`/grants/${encodeURIComponent(id.toLowerCase())}`);
  if (!json) io.out(`Revoked ${id.toLowerCase()}. Its locks refuse it as soon as they have their next roster.`);
}

async function list({ client, io, json }: CommandContext): Promise<void> {
  const grants: GrantJson[] = [];
  for await (const grant of allItems<GrantJson>(client, "/grants")) grants.push(grant);
  if (json) for (const grant of grants) io.out(JSON.stringify(grant));
  else if (grants.length === 0) io.out("No grants yet. Give one with: grant add --lock ID --pin …");
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

function stateWords(grant: GrantJson, nowMs: number): string {
  const words = lifeWords(grant, nowMs);
  return grant.toHandOut ? `${words}, to be handed out` : words;
}

function lifeWords({ revokedAt, from, until }: GrantJson, nowMs: number): string {
  if (revokedAt) return `revoked ${relativeTime(revokedAt, nowMs)}`;
  if (from && Date.parse(from) > nowMs) return `begins ${relativeTime(from, nowMs)}`;
  if (!until) return "good";
  return `${Date.parse(until) > nowMs ? "ends" : "ended"} ${relativeTime(until, nowMs)}`;
}
