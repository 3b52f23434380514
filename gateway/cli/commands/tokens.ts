import { type Command, InvalidArgumentError, Option } from "commander";
import type { TokenJson } from "../../api/routes/tokens.ts";
import { ROLES } from "../../store/token-store.ts";
import { contextOf } from "../command-context.ts";
import type { CliIo } from "../io.ts";
import { allItems } from "../pages.ts";
import { relativeTime, table } from "../text.ts";

const DAY_MS = 86_400_000;

export function addTokenCommands(program: Command, io: CliIo): void {
  const token = program.command("token").description("Says who may use the API. Needs an admin's token.");
  token
    .command("add")
    .description("Makes a token. It is shown once and kept nowhere: print it into the file of whoever shall have it.")
    .addOption(new Option("--role <role>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("--name <text>", "whose it is, or what it is for")
    .option("--lock <id...>", "the locks that it is confined to")
    .option("--group <id...>", "the groups that it is confined to, with the locks in them")
    .option("--public-key <hex>", "its requests are signed with this P-256 key (RFC 9421), and there is no secret")
    .option("--expires <when>", "in so many days, like 90d, or at a time, like 2027-12-31T23:00:00Z", (text) =>
      expiry(text, io.clock.wallMs()),
    )
    .action(async ({ role, name, lock, group, publicKey, expires }: AddOptions, command: Command) => {
      const { client, json } = contextOf(command, io);
      const made = await client.post<TokenJson>("/tokens", {
        role,
        ...(name !== undefined && { name }),
        ...((lock || group) && {
          scope: { ...(lock && { locks: lower(lock) }), ...(group && { groups: lower(group) }) },
        }),
        ...(publicKey !== undefined && { publicKey: publicKey.toLowerCase() }),
        ...(expires !== undefined && { expiresAt: expires }),
      });
      if (json) io.out(JSON.stringify(made));
      else if (made.token === undefined) io.out(`Made ${made.id}, ${made.role}: its requests name it as keyid.`);
      else {
        // The token alone on stdout, so that it can be sent into a file.
        io.err(`Token ${made.id} of the role ${made.role}; it is shown this once:`);
        io.out(made.token);
      }
    });
  token
    .command("list")
    .description("Shows all tokens, revoked ones included, without what makes them work.")
    .action(async (_options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const tokens: TokenJson[] = [];
      for await (const one of allItems<TokenJson>(client, "/tokens")) tokens.push(one);
      const nowMs = io.clock.wallMs();
      const lines = json
        ? tokens.map((one) => JSON.stringify(one))
        : table(
            HEADINGS,
            tokens.map((one) => cells(one, nowMs)),
          );
      for (const line of lines) io.out(line);
    });
  token
    .command("revoke")
    .description("Revokes a token for good, at once.")
    .argument("<id>", "the token's id: what stands before its dot")
    .action(async (id: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      await client.delete(`/tokens/${encodeURIComponent(id.toLowerCase())}`);
      if (!json) io.out(`Revoked ${id.toLowerCase()}.`);
    });
}

interface AddOptions {
  role: string;
  name?: string;
  lock?: string[];
  group?: string[];
  publicKey?: string;
  expires?: string;
}

function lower(ids: readonly string[]): string[] {
  return ids.map((id) => id.toLowerCase());
}

/** RFC 3339. */
function expiry(text: string, nowMs: number): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const atMs = days === undefined ? Date.parse(text) : nowMs + Number(days) * DAY_MS;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError("Say 90d, or a time like 2027-12-31T23:00:00Z.");
  return new Date(atMs).toISOString();
}

const HEADINGS = ["TOKEN", "ROLE", "NAME", "SCOPE", "LAST USED", "ENDS"];

function scopeWords(scope: TokenJson["scope"]): string {
  if (!scope) return "all";
  const { locks = [], groups = [] } = scope;
  return [
    ...(groups.length > 0 ? [`${groups.length} ${groups.length === 1 ? "group" : "groups"}`] : []),
    ...(locks.length > 0 ? [`${locks.length} ${locks.length === 1 ? "lock" : "locks"}`] : []),
  ].join(", ");
}

function cells({ id, role, name, scope, lastUsedOn, expiresAt, revokedAt }: TokenJson, nowMs: number): string[] {
  return [
    id,
    role,
    name ?? "–",
    scopeWords(scope),
    lastUsedOn ?? "never",
    revokedAt ? `revoked ${relativeTime(revokedAt, nowMs)}` : expiresAt ? relativeTime(expiresAt, nowMs) : "never",
  ];
}
