import type { Command } from "commander";
import type { GrantRow } from "../../../store/grant-store.ts";
import { CliError, ExitCode } from "../../exit-code.ts";
import { countOf } from "../../text.ts";
import type { OfficeContext, RunOfficeCommand } from "./office-context.ts";

/** More than so many, and more than this share of what lives, is asked about first: a list may be the wrong one. */
const UNASKED_MAX = 10;
const UNASKED_SHARE_MAX = 0.5;

interface RevokeOptions {
  subject?: string;
  confirm?: true;
}

export function addRevokeCommand(issuer: Command, run: RunOfficeCommand): void {
  issuer
    .command("revoke")
    .description("Revokes grants for good, all at once.")
    .argument("[grants...]", "their ids")
    .option("--subject <hex>", "and all of this person")
    .option("--confirm", "though it is most of what there is")
    .action((ids: string[], options: RevokeOptions, command: Command) =>
      run(command, (context) => revoke(ids, options, context)),
    );
}

async function revoke(ids: string[], { subject, confirm }: RevokeOptions, context: OfficeContext): Promise<void> {
  const { office, io, json } = context;
  const { grants, grantStore, subjects } = office.rights;
  if (ids.length === 0 && subject === undefined) throw new CliError(ExitCode.usage, "say which grants, or --subject");
  const named = ids.map((id) => grants.get(id.toLowerCase())?.row ?? unknown(id));
  const theirs = subject === undefined ? [] : subjects.grantsOf(subject.toLowerCase()).map(({ row }) => row);
  if (subject !== undefined && theirs.length === 0) {
    throw new CliError(ExitCode.failed, `there are no grants of a person ${subject}`);
  }
  const living = [...named, ...theirs].filter(({ revokedAtMs }) => revokedAtMs === undefined);
  const count = new Set(living.map(({ id }) => id)).size;
  const of = grantStore.livingDocuments().length;
  if (!confirm && count > UNASKED_MAX && count > UNASKED_SHARE_MAX * of) {
    throw new CliError(ExitCode.failed, `that would revoke ${count} of ${of} grants; add --confirm if it is meant`);
  }
  const lockIds = await grants.revokeAll(living);
  if (confirm) for (const lockId of lockIds) await office.confirmRevocation(lockId);
  if (json) io.out(JSON.stringify({ revoked: count, locks: lockIds }));
  else
    io.out(
      `Revoked ${countOf(count, "grant")}; to be refused by ${countOf(lockIds.length, "lock")} from the next roster on.`,
    );
}

function unknown(id: string): GrantRow {
  throw new CliError(ExitCode.failed, `there is no grant ${id}`);
}
